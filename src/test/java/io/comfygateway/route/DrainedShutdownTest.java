package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.seda.SedaComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a context stops: its work is finished first, and its queues end together. */
class DrainedShutdownTest {
  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch free = new CountDownLatch(1);
  private final List<String> done = new CopyOnWriteArrayList<>();

  @BeforeEach
  void prepare() {
    SedaComponent seda = new SedaComponent();
    seda.setDefaultPollTimeout(10);
    camel.addComponent("seda", seda);
    camel.setShutdownStrategy(new DrainedShutdown(camel));
  }

  @AfterEach
  void stop() {
    free.countDown();
    camel.stop();
  }

  private void hold(String work) throws InterruptedException {
    begun.countDown();
    free.await();
    done.add(work);
  }

  private void start(RouteBuilder routes) throws Exception {
    camel.addRoutes(routes);
    camel.start();
  }

  private RouteBuilder twoQueues() {
    return new RouteBuilder() {
      @Override
      public void configure() {
        from("seda:first")
            .process(exchange -> hold(exchange.getMessage().getBody(String.class)))
            .to("seda:second?waitForTaskToComplete=Never");
        from("seda:second")
            .routeId("second")
            .process(exchange -> done.add("second " + exchange.getMessage().getBody()));
      }
    };
  }

  @Test
  void the_work_in_progress_and_all_that_follows_from_it_is_finished_first() throws Exception {
    start(twoQueues());
    camel.createProducerTemplate().sendBody("seda:first", "a");
    camel.createProducerTemplate().sendBody("seda:first", "b");
    begun.await();

    CompletableFuture<Void> stopping = CompletableFuture.runAsync(camel::stop);
    Awaitility.await().until(camel::isStopping);
    free.countDown();

    stopping.get(30, TimeUnit.SECONDS);
    assertThat(done).containsExactlyInAnyOrder("a", "b", "second a", "second b");
  }

  @Test
  void work_that_takes_longer_than_the_limit_is_interrupted() throws Exception {
    camel.getShutdownStrategy().setTimeUnit(TimeUnit.MILLISECONDS);
    camel.getShutdownStrategy().setTimeout(20);
    start(twoQueues());
    camel.createProducerTemplate().sendBody("seda:first", "a");
    begun.await();

    camel.stop();

    assertThat(camel.isStopped()).isTrue();
    assertThat(done).isEmpty();
  }

  @Test
  void what_is_in_the_queue_of_a_stopped_route_is_not_waited_for() throws Exception {
    start(twoQueues());
    camel.getRouteController().stopRoute("second");
    free.countDown();
    camel.createProducerTemplate().sendBody("seda:first", "a");
    Awaitility.await().until(() -> done.contains("a"));

    CompletableFuture.runAsync(camel::stop).get(30, TimeUnit.SECONDS);

    assertThat(done).containsExactly("a");
  }

  @Test
  void consumers_that_wait_for_their_threads_wait_together() throws Exception {
    Gates gates = new Gates(2);
    camel.addComponent("gate", gates);
    start(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("gate:a").to("log:a");
            from("gate:b").to("log:b");
          }
        });

    camel.stop();

    assertThat(gates.passed).containsExactlyInAnyOrder("gate://a", "gate://b");
  }

  /** Consumers of which none ends before the others are asked to end. */
  private static final class Gates extends DefaultComponent {
    private final CyclicBarrier barrier;
    private final List<String> passed = new CopyOnWriteArrayList<>();

    Gates(int count) {
      barrier = new CyclicBarrier(count);
    }

    @Override
    protected Endpoint createEndpoint(String uri, String rest, Map<String, Object> parameters) {
      return new DefaultEndpoint(uri, this) {
        @Override
        public Producer createProducer() {
          throw new UnsupportedOperationException();
        }

        @Override
        public Consumer createConsumer(Processor processor) {
          return new Gate(this, processor);
        }
      };
    }

    private final class Gate extends DefaultConsumer implements ShutdownAware {
      Gate(Endpoint endpoint, Processor processor) {
        super(endpoint, processor);
      }

      @Override
      public boolean deferShutdown(ShutdownRunningTask task) {
        return true;
      }

      @Override
      public int getPendingExchangesSize() {
        return 0;
      }

      @Override
      public void prepareShutdown(boolean suspendOnly, boolean forced) {
        if (passed.contains(getEndpoint().getEndpointUri())) {
          return;
        }
        try {
          barrier.await(10, TimeUnit.SECONDS);
          passed.add(getEndpoint().getEndpointUri());
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}
