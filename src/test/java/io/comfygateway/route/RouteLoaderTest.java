package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.Model;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RouteLoaderTest {
  private static final String ROUTE =
      """
      - route:
          id: %s
          from:
            uri: direct:in
            steps:
              - setBody:
                  constant: %s
      """;

  private final RouteTexts texts = new RouteTexts();
  private final DefaultCamelContext context = new DefaultCamelContext();

  @BeforeEach
  void start() {
    context.start();
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  private Object answer() {
    return context.createProducerTemplate().requestBody("direct:in", "");
  }

  @Test
  void a_text_is_read_once_until_it_is_forgotten() {
    RouteText first = texts.of(ROUTE.formatted("one", "hello"));
    assertThat(texts.of(ROUTE.formatted("one", "hello"))).isSameAs(first);

    texts.forget();
    assertThat(texts.of(ROUTE.formatted("one", "hello"))).isNotSameAs(first);
  }

  @Test
  void one_text_can_be_built_again_and_in_several_contexts() throws Exception {
    String text = ROUTE.formatted("one", "hello");
    try (DefaultCamelContext trial = new DefaultCamelContext()) {
      RouteLoader.add(trial, "a.camel.yaml", text, texts);
      assertThat(trial.getRouteDefinition("one")).isNotNull();
    }
    RouteLoader.update(context, "a.camel.yaml", text, texts);
    RouteLoader.update(context, "a.camel.yaml", text, texts);

    assertThat(answer()).isEqualTo("hello");
    assertThat(context.getRoutes()).hasSize(1);
    assertThat(context.getRouteDefinition("one").getResource().getLocation())
        .isEqualTo("mem:a.camel.yaml");
    assertThat(context.getRouteDefinition("one").getOutputs().get(0).getLineNumber()).isEqualTo(6);
  }

  @Test
  void an_update_replaces_the_route_of_the_same_id() throws Exception {
    RouteLoader.update(context, "a.camel.yaml", ROUTE.formatted("one", "hello"), texts);
    RouteLoader.update(context, "a.camel.yaml", ROUTE.formatted("one", "goodbye"), texts);

    assertThat(answer()).isEqualTo("goodbye");
  }

  @Test
  void beans_configurations_and_templates_of_a_file_are_there_too() throws Exception {
    String text =
        """
        - beans:
            - name: words
              type: java.util.ArrayList
        - routeConfiguration:
            id: mine
        - routeTemplate:
            id: pattern
            parameters:
              - name: x
            from:
              uri: direct:{{x}}
              steps:
                - log: hello
        - templatedRoute:
            routeTemplateRef: pattern
            routeId: made
            parameters:
              - name: x
                value: made
        """;
    RouteLoader.add(context, "a.camel.yaml", text, texts);

    assertThat(context.getRegistry().lookupByName("words")).isInstanceOf(List.class);
    Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
    assertThat(model.getRouteConfigurationDefinition("mine")).isNotNull();
    assertThat(context.getRoute("made")).isNotNull();
  }

  @Test
  void a_file_that_says_nothing_is_refused() {
    assertThatThrownBy(() -> RouteLoader.add(context, "a.camel.yaml", "# none\n", texts))
        .hasMessageContaining("mem:a.camel.yaml");
  }
}
