package io.comfygateway.custom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The body of a callback in the shape of another product. */
class CallbackMappingTest {
  private static final String NAME = "door-callback:paint";
  private final CustomFixture fixture = new CustomFixture();
  private final CallbackMapping mapping = new CallbackMapping(TestJson.MAPPER);

  @BeforeEach
  void call() {
    mapping.calls(fixture.camel, new TimeLimitedRoute(fixture.camel, Duration.ofMillis(300)));
  }

  @AfterEach
  void stop() {
    fixture.camel.stop();
  }

  private JsonNode body() throws CustomStepException {
    JsonNode event = CustomFixture.json("{'type': 'job.succeeded', 'data': {'id': 'x'}}");
    return mapping.of("paint", (ObjectNode) event);
  }

  @Test
  void an_event_becomes_what_the_route_makes_of_it() throws Exception {
    fixture.route(NAME, "- setBody: {jq: '{painting: .data.id, what: .type}'}");

    assertThat(body()).isEqualTo(CustomFixture.json("{'painting': 'x', 'what': 'job.succeeded'}"));
    assertThat(CallbackMapping.exists(fixture.camel, "paint")).isTrue();
    assertThat(CallbackMapping.exists(fixture.camel, "other")).isFalse();
  }

  @Test
  void a_text_of_JSON_is_a_body_as_well() throws Exception {
    fixture.route(NAME, "- setBody: {constant: '{\"a\": 1}'}");

    assertThat(body()).isEqualTo(CustomFixture.json("{'a': 1}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          - setBody: {jq: '.data + 1'}            | The step door-callback:paint of this gateway failed
          - setBody: {constant: 'no JSON'}        | left a body that is not valid JSON
          - setBody: {simple: '${null}'}          | left no body
          - delay: {constant: '5000'}             | took longer than
          """)
  void a_route_that_makes_no_body_says_why(String steps, String why) throws Exception {
    fixture.route(NAME, steps);

    assertThatThrownBy(this::body)
        .isInstanceOf(CustomStepException.class)
        .hasMessageContaining(why);
  }

  @Test
  void a_route_that_is_gone_is_named() {
    assertThatThrownBy(this::body)
        .hasMessage(
            "This gateway no longer has the route direct:door-callback:paint, which makes the body of this callback");
  }

  @Test
  void without_routes_there_is_no_body() {
    CallbackMapping none = new CallbackMapping(TestJson.MAPPER);

    assertThatThrownBy(() -> none.of("paint", TestJson.MAPPER.createObjectNode()))
        .hasMessageContaining("no longer has the route");
  }
}
