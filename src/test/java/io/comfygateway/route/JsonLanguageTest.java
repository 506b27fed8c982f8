package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;

/** What is shipped for routes of users: jq for JSON, and kamelets. */
class JsonLanguageTest {
  private static final String ROUTES =
      """
      - routeTemplate:
          id: studio
          parameters:
            - name: light
          from:
            uri: kamelet:source
            steps:
              - setBody:
                  jq:
                    expression: '.prompt += ", {{light}} light"'
                    resultType: com.fasterxml.jackson.databind.JsonNode
      - route:
          id: style
          from:
            uri: direct:style
            steps:
              - to:
                  uri: kamelet:studio
                  parameters:
                    light: warm
      """;

  @Test
  void a_kamelet_changes_a_field_by_jq_and_keeps_quotes_inside_of_it() throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      PluginHelper.getRoutesLoader(context)
          .loadRoutes(ResourceHelper.fromString("mem:style.camel.yaml", ROUTES));
      context.start();
      JsonNode request = mapper.createObjectNode().put("prompt", "a \"cat\", \"seed\": 1");

      JsonNode styled =
          context.createProducerTemplate().requestBody("direct:style", request, JsonNode.class);

      assertThat(styled)
          .isEqualTo(mapper.createObjectNode().put("prompt", "a \"cat\", \"seed\": 1, warm light"));
    }
  }
}
