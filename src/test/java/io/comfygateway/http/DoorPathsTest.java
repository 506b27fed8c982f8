package io.comfygateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.access.RequestInfo;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which paths belong to a door, how it takes keys, and what becomes of problems there. */
class DoorPathsTest {
  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final Doors doors = new Doors();
  private final ProblemBody problems = new ProblemBody(new ObjectMapper(), doors);

  @BeforeEach
  void start() throws Exception {
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:door-problem:/v1")
                .setHeader("x-should-retry", constant("false"))
                .setBody(simple("v1:${body}"));
            from("direct:door-problem:/v1/deep")
                .setHeader(Exchange.HTTP_RESPONSE_CODE, constant(418))
                .setBody(constant("deep"));
            from("direct:door-problem:/broken").throwException(new IllegalStateException("no"));
            from("direct:door-problem:/mute").setBody(simple("${null}"));
            from("direct:elsewhere").setBody(constant("never"));
          }
        });
    camel.start();
    doors.serve(camel);
  }

  @AfterEach
  void stop() {
    camel.stop();
  }

  @ParameterizedTest
  @CsvSource({
    "/v1, true",
    "/v1/, true",
    "/v1/images/generations, true",
    "/v10, false",
    "/V1/images, false",
    "/, false",
    "'', false",
    "*, false",
    "/x/v1, false"
  })
  void a_door_has_the_paths_below_that_of_its_route(String path, boolean has) {
    assertThat(doors.has(path)).isEqualTo(has);
  }

  @Test
  void a_request_without_a_path_and_a_gateway_without_routes_have_no_door() {
    assertThat(doors.has(null)).isFalse();
    assertThat(new Doors().has("/v1")).isFalse();
  }

  private RequestInfo withKey(String path, String... values) {
    return doors.withBearer(
        new RequestInfo(
            "GET",
            path,
            Map.of("aUTHORIZATION", List.of(values), "X-API-Key", List.of("k")),
            InetAddress.getLoopbackAddress()));
  }

  @ParameterizedTest
  @CsvSource({
    "Bearer abc, Bearer abc",
    "Key abc, Bearer abc",
    "kEY   abc, Bearer abc",
    "Token abc, Bearer abc",
    "abc, Bearer abc",
    "Basic dTpw, Basic dTpw",
    "Key, Bearer Key",
    "Digest a b, Digest a b"
  })
  void a_key_is_taken_in_any_scheme(String sent, String read) {
    assertThat(withKey("/v1/models", sent).values("Authorization")).containsExactly(read);
    assertThat(withKey("/v1/models", sent).values("X-API-Key")).containsExactly("k");
    assertThat(withKey("/jobs", sent).values("Authorization")).containsExactly(sent);
  }

  @Test
  void several_keys_stay_several() {
    assertThat(withKey("/v1/models", "Key a", "Token b").values("Authorization"))
        .containsExactly("Bearer a", "Bearer b");
  }

  private Exchange shaped(String path) {
    Exchange exchange = new DefaultExchange(camel);
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 429);
    exchange.getMessage().setHeader("Retry-After", "7");
    exchange.getMessage().setBody("problem");
    doors.shape(exchange, path);
    return exchange;
  }

  @Test
  void a_problem_gets_the_shape_of_the_nearest_door_and_keeps_its_status_and_headers() {
    Exchange shaped = shaped("/v1/images");

    assertThat(shaped.getMessage().getBody(String.class)).isEqualTo("v1:problem");
    assertThat(shaped.getMessage().getHeaders())
        .containsEntry(Exchange.HTTP_RESPONSE_CODE, 429)
        .containsEntry("Retry-After", "7")
        .containsEntry("x-should-retry", "false")
        .containsEntry(Exchange.CONTENT_TYPE, "application/json");
    assertThat(shaped("/v1/deep/er").getMessage().getBody(String.class)).isEqualTo("deep");
    assertThat(shaped("/v1/deep").getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE))
        .isEqualTo(418);
  }

  @ParameterizedTest
  @CsvSource({"/jobs", "/broken/x", "/mute/x"})
  void elsewhere_and_where_the_route_fails_a_problem_stays_as_it_is(String path) {
    Exchange same = shaped(path);

    assertThat(same.getMessage().getBody(String.class)).isEqualTo("problem");
    assertThat(same.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(429);
  }

  private HttpResponse<String> written(String path, Problem problem) {
    Vertx vertx = Vertx.vertx();
    try {
      HttpServer server =
          vertx
              .createHttpServer()
              .requestHandler((HttpServerRequest request) -> problems.write(request, problem))
              .listen(0, "127.0.0.1")
              .toCompletionStage()
              .toCompletableFuture()
              .join();
      URI uri = URI.create("http://127.0.0.1:" + server.actualPort() + path);
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "INVALID_REQUEST",
        "UNAUTHENTICATED",
        "FORBIDDEN",
        "NOT_FOUND",
        "REQUEST_TIMEOUT",
        "TOO_LARGE",
        "UNSUPPORTED_MEDIA_TYPE",
        "INVALID_INPUT",
        "TOO_MANY_REQUESTS",
        "HEADERS_TOO_LARGE",
        "INTERNAL",
        "STORE_UNAVAILABLE"
      })
  void what_no_route_answers_has_the_shape_of_the_door(ProblemType type) throws IOException {
    HttpResponse<String> answer =
        written("/v1/images", new Problem(type, "Why.").withHeader("Retry-After", "3"));

    assertThat(answer.statusCode()).isEqualTo(type.status());
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(answer.headers().firstValue("Retry-After")).contains("3");
    assertThat(answer.body()).startsWith("v1:{");
    JsonNode given = new ObjectMapper().readTree(answer.body().substring(3));
    assertThat(given.path("status").asInt()).isEqualTo(type.status());
    assertThat(given.path("detail").asText()).isEqualTo("Why.");
  }

  @ParameterizedTest
  @CsvSource({"/jobs", "/broken/x"})
  void elsewhere_it_stays_a_problem(String path) {
    HttpResponse<String> answer = written(path, new Problem(ProblemType.BUSY, "Why."));

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Content-Type")).contains(ProblemBody.CONTENT_TYPE);
    assertThat(answer.body()).contains("/problems/busy");
  }
}
