package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.TestJson;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.route.Contract;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies and fields that an operation does not read. */
class UnexpectedBodyTest {
  private static final Contract CONTRACT = Contract.shipped();
  private static final String REDELIVER = "/jobs/0d5a/redeliver";

  private static Exchange request(String method, String path, String body) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.setProperty(GatewayHttpConsumer.CONTRACT_MATCH, CONTRACT.match(path).orElseThrow());
    exchange.getMessage().setHeader(Exchange.HTTP_METHOD, method);
    exchange.getMessage().setBody(body.getBytes(StandardCharsets.UTF_8));
    return exchange;
  }

  private static Exchange form(String path, String field) {
    Exchange exchange = request("POST", path, "");
    exchange.setProperty(GatewayHttpConsumer.FORM, new ReceivedForm(Map.of(field, "0"), List.of()));
    return exchange;
  }

  private static Problem refused(Exchange exchange) {
    return catchThrowableOfType(Problem.class, () -> UnexpectedBody.refuse(exchange));
  }

  @Test
  void a_body_of_an_operation_that_takes_none_is_refused_with_what_to_do() {
    assertThat(refused(request("POST", REDELIVER, "{\"destination\":\"archive\"}")))
        .hasMessageContaining("belong in the query: destination");
    assertThat(refused(form(REDELIVER, "destination")).type()).isEqualTo(ProblemType.INVALID_INPUT);
    assertThat(refused(request("POST", "/jobs/0d5a/retry", "{\"inputs\":{}}")))
        .hasMessageContaining("GET /jobs/{id}/inputs");
    assertThat(refused(request("POST", "/events/tickets", " ".repeat(1_001)))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "{}", " { } ", "null"})
  void an_empty_one_is_none(String body) {
    assertThatCode(() -> UnexpectedBody.refuse(request("POST", REDELIVER, body)))
        .doesNotThrowAnyException();
  }

  @Test
  void an_operation_that_takes_one_reads_it_itself() {
    assertThatCode(() -> UnexpectedBody.refuse(request("POST", "/keys/a/rotate", "{\"a\":1}")))
        .doesNotThrowAnyException();
    assertThatCode(() -> UnexpectedBody.refuse(request("DELETE", "/keys/a", "{\"a\":1}")))
        .doesNotThrowAnyException();
  }

  @Test
  void every_other_field_of_an_object_is_named_by_its_pointer() {
    Exchange exchange = request("POST", "/session", "{\"key\":\"x\",\"a/b\":1,\"kye\":2}");

    Problem problem =
        catchThrowableOfType(
            Problem.class, () -> ObjectBody.readOnly(exchange, TestJson.MAPPER, "key"));

    assertThat(problem.faults())
        .extracting(Problem.Fault::pointer)
        .containsExactly("/a~1b", "/kye");
    assertThat(problem.faults().get(1).detail()).contains("did you mean \"key\"?");
  }

  @Test
  void a_form_is_not_taken_for_an_empty_object() {
    Problem problem =
        catchThrowableOfType(
            Problem.class,
            () -> ObjectBody.read(form("/keys/a/rotate", "overlap_seconds"), TestJson.MAPPER));

    assertThat(problem.type()).isEqualTo(ProblemType.UNSUPPORTED_MEDIA_TYPE);
  }
}
