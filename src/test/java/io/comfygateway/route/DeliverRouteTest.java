package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.job.WakeUps;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.spi.Registry;
import org.apache.camel.test.junit5.CamelContextConfiguration;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.apache.camel.test.main.junit5.CamelMainTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The deliver stage alone: its file as it is shipped, with stand-ins for the beans and for the
 * receiver.
 */
class DeliverRouteTest extends CamelMainTestSupport {
  private final List<String> steps = new CopyOnWriteArrayList<>();

  /** What the route reads of a delivery. */
  public record Delivery(String kind) {}

  /** Replaces the beans of the stage and records the steps in their order. */
  public final class Steps {
    private final List<Delivery> due = new ArrayList<>();

    public List<Delivery> claim() {
      List<Delivery> claimed = List.copyOf(due);
      due.clear();
      return claimed;
    }

    public void load(Exchange exchange) {
      exchange.setProperty("delivery", exchange.getMessage().getBody());
      steps.add("load");
    }

    public void release() {
      // Nothing is counted here.
    }

    public void ofJob(Exchange exchange) {
      exchange.getMessage().setBody("signed event");
      steps.add("ofJob");
    }

    public void ofBatch(Exchange exchange) {
      exchange.getMessage().setBody("signed batch");
      steps.add("ofBatch");
    }

    public void deadLetter(Exchange exchange) {
      exchange.getMessage().setBody("the receiver answered 410");
    }

    public void answered(Exchange exchange) {
      if (Integer.valueOf(410)
          .equals(exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE))) {
        exchange.setProperty("result", "dead");
      }
      steps.add("answered " + exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE));
    }

    public void failed(Exchange exchange) {
      // The split over the files has it in an exception of its own.
      steps.add(
          "failed "
              + rootOf(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class))
                  .getMessage());
    }

    public void delivered() {
      steps.add("delivered");
    }
  }

  /** Stands in for the beans that the route and its error handling name besides. */
  public final class Others {
    public void failed(Exchange exchange) {
      steps.add("failed " + exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class));
    }

    public void tried(Exchange exchange) {
      exchange.setProperty("counted", true);
    }

    public void problem(Exchange exchange) {
      failed(exchange);
    }

    public void copied(Exchange exchange) {
      steps.add("told " + exchange.getProperty("delivery"));
    }
  }

  /** Replaces what prepares a call of a sink. */
  public final class Sinks {
    public List<String> items(Exchange exchange) {
      return exchange.getProperty("delivery", Delivery.class).kind().equals("event")
          ? List.of("event")
          : List.of("first", "second");
    }

    public void file(Exchange exchange) {
      exchange.setProperty("sink", "test");
      steps.add("file " + exchange.getMessage().getBody());
    }

    public void event(Exchange exchange) {
      exchange.setProperty("sink", "test");
      steps.add("event");
    }

    public void stored() {
      steps.add("stored");
    }
  }

  private final Steps deliver = new Steps();

  @Override
  public void configureTest(TestExecutionConfiguration test) {
    super.configureTest(test);
    test.withUseAdviceWith(true);
  }

  @Override
  protected void configure(MainConfigurationProperties configuration) {
    configuration.withRoutesIncludePattern(
        "file:routes/errors.camel.yaml,file:routes/deliver.camel.yaml");
  }

  @Override
  protected RoutesBuilder[] createRouteBuilders() {
    return new RoutesBuilder[0];
  }

  @Override
  public void configureContext(CamelContextConfiguration camel) {
    super.configureContext(camel);
    Properties settings = new Properties();
    settings.put("gateway.deliver.interval-ms", "3600000");
    // As the service has it: a consumer ends when it has looked at its queue once more.
    settings.put("camel.component.seda.default-poll-timeout", "100");
    settings.put("gateway.deliver.consumers", "1");
    settings.put("gateway.callback.timeout-ms", "1000");
    settings.put("gateway.callback.delays", "0s");
    camel.withUseOverridePropertiesWithPropertiesComponent(settings);
  }

  @Override
  protected void bindToRegistry(Registry registry) {
    context.setShutdownStrategy(new DrainedShutdown(context));
    registry.bind("deliveryClaims", deliver);
    registry.bind("callbackMessages", deliver);
    registry.bind("deliveryResults", deliver);
    registry.bind("sinkDeliveries", new Sinks());
    registry.bind("orphanRecovery", new Others());
    registry.bind("answers", new Others());
    registry.bind("events", new Others());
    registry.bind("metrics", new Others());
    registry.bind("wakeUps", new WakeUps(context.createProducerTemplate()));
    registry.bind("callback", new org.apache.camel.component.http.HttpComponent());
  }

  private MockEndpoint receiver() throws Exception {
    AdviceWith.adviceWith(
        context,
        "deliver-callback",
        route -> route.weaveById("deliver-post").replace().to("mock:receiver"));
    context.start();
    return getMockEndpoint("mock:receiver");
  }

  private void deliver(String kind) {
    deliver.due.add(new Delivery(kind));
    template.sendBody("seda:deliver?size=1&discardWhenFull=true", "");
  }

  @Test
  void a_callback_is_loaded_rendered_posted_and_judged_in_this_order() throws Exception {
    MockEndpoint receiver = receiver();
    receiver.expectedBodiesReceived("signed event");
    receiver.whenAnyExchangeReceived(
        exchange -> exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 204));

    deliver("callback");

    receiver.assertIsSatisfied();
    org.awaitility.Awaitility.await()
        .untilAsserted(() -> assertThat(steps).containsExactly("load", "ofJob", "answered 204"));
  }

  @Test
  void the_callback_of_a_batch_is_rendered_as_one_and_posted_like_a_jobs() throws Exception {
    MockEndpoint receiver = receiver();
    receiver.expectedBodiesReceived("signed batch");
    receiver.whenAnyExchangeReceived(
        exchange -> exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 204));

    deliver("batch");

    receiver.assertIsSatisfied();
    org.awaitility.Awaitility.await()
        .untilAsserted(() -> assertThat(steps).containsExactly("load", "ofBatch", "answered 204"));
  }

  @Test
  void a_receiver_that_cannot_be_reached_is_judged_as_such() throws Exception {
    receiver()
        .whenAnyExchangeReceived(
            exchange -> {
              throw new java.net.ConnectException("refused");
            });

    deliver("callback");

    org.awaitility.Awaitility.await()
        .untilAsserted(() -> assertThat(steps).containsExactly("load", "ofJob", "failed refused"));
  }

  @Test
  void a_dead_letter_is_handed_to_the_routes_that_listen_for_it() throws Exception {
    receiver()
        .whenAnyExchangeReceived(
            exchange -> exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 410));
    context.addRoutes(
        new org.apache.camel.builder.RouteBuilder() {
          @Override
          public void configure() {
            from("seda:delivery.dead?multipleConsumers=true").to("mock:dead");
          }
        });
    MockEndpoint dead = getMockEndpoint("mock:dead");
    dead.expectedBodiesReceived("the receiver answered 410");

    deliver("callback");

    dead.assertIsSatisfied();
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "s3"})
  void each_file_of_a_copy_is_handed_to_the_sink_and_noted(String kind) throws Exception {
    receiver();
    sink().expectedMessageCount(2);

    deliver(kind);

    getMockEndpoint("mock:sink").assertIsSatisfied();
    org.awaitility.Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(steps)
                    .containsExactly(
                        "load",
                        "file first",
                        "stored",
                        "file second",
                        "stored",
                        "delivered",
                        "told Delivery[kind=" + kind + "]"));
  }

  @Test
  void an_event_is_handed_to_the_sink_once() throws Exception {
    receiver();
    sink().expectedMessageCount(1);

    deliver("event");

    getMockEndpoint("mock:sink").assertIsSatisfied();
    org.awaitility.Awaitility.await()
        .untilAsserted(
            () -> assertThat(steps).containsExactly("load", "event", "stored", "delivered"));
  }

  @Test
  void a_sink_that_fails_keeps_the_files_after_it_for_the_next_try() throws Exception {
    receiver();
    sink()
        .whenAnyExchangeReceived(
            exchange -> {
              throw new java.net.ConnectException("refused");
            });

    deliver("copy");

    org.awaitility.Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(steps)
                    .containsExactly(
                        "load", "file first", "failed refused", "told Delivery[kind=copy]"));
  }

  @Test
  void a_destination_whose_sink_does_not_exist_fails_at_once() throws Exception {
    receiver();

    deliver("event");

    org.awaitility.Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(steps)
                    .hasSize(3)
                    .last(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                    .startsWith("failed No consumers available"));
  }

  private static Throwable rootOf(Throwable error) {
    return error.getCause() == null ? error : rootOf(error.getCause());
  }

  private MockEndpoint sink() throws Exception {
    context.addRoutes(
        new org.apache.camel.builder.RouteBuilder() {
          @Override
          public void configure() {
            from("direct:sink-test").errorHandler(noErrorHandler()).to("mock:sink");
          }
        });
    return getMockEndpoint("mock:sink");
  }
}
