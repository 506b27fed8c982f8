package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.comfygateway.delivery.Outcome.NoAnswer;
import io.comfygateway.delivery.Outcome.NotStored;
import io.comfygateway.delivery.Outcome.Refused;
import io.comfygateway.egress.TargetRefusedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.file.GenericFileOperationFailedException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpResponse;

class OutcomeTest {
  @TempDir Path folder;

  @Test
  void errors_of_the_client_become_reasons_that_name_no_address() {
    String inner = "connect to internal [10.1.2.3] failed";

    assertReason(new UnknownHostException(inner), "the host name is not known");
    assertReason(new SocketTimeoutException(inner), "the receiver took too long");
    assertReason(new ConnectException(inner), "the receiver takes no connection");
    assertReason(new NoRouteToHostException(inner), "the receiver takes no connection");
    assertReason(
        new SSLHandshakeException(inner),
        "no secure connection: the receiver's certificate or TLS is not accepted");
    assertReason(new SocketException(inner), "the connection broke");
    assertReason(
        new IllegalStateException(new IOException(new SocketTimeoutException(inner))),
        "the receiver took too long");
  }

  @Test
  void a_step_that_fails_is_not_called_a_broken_connection() {
    assertReason(
        new IllegalStateException(new IllegalArgumentException("no such method")),
        "a step failed (IllegalArgumentException); the log of the gateway says why");
    assertThat(Outcome.ofStep(new IllegalStateException(new IOException("reset")))).isEmpty();
  }

  @Test
  void an_answer_that_the_HTTP_component_throws_is_judged_like_one_that_it_returns() {
    HttpOperationFailedException busy =
        new HttpOperationFailedException(
            "http://a/secret", 429, "", null, Map.of("Retry-After", "7"), "");

    assertThat(Outcome.of(new IllegalStateException(busy)))
        .isEqualTo(new Outcome.Answered(429, Optional.of("7"), ""));
  }

  @Test
  void a_file_that_cannot_be_written_says_why_and_not_where() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      context.start();
      ProducerTemplate producer = context.createProducerTemplate();

      assertThatExceptionOfType(CamelExecutionException.class)
          .isThrownBy(
              () ->
                  producer.sendBodyAndHeader(
                      "file:/?tempPrefix=.gateway-", "text", Exchange.FILE_NAME, file + "/a/b.txt"))
          .satisfies(e -> assertReason(e, "the file cannot be written: Not a directory"));
    }
    GenericFileOperationFailedException full =
        new GenericFileOperationFailedException(
            "Cannot store file: /mnt/a", new IOException("No space left on device"));
    assertReason(full, "the file cannot be written: No space left on device");
    GenericFileOperationFailedException refused =
        new GenericFileOperationFailedException(
            "Cannot store file: /mnt/a", new FileNotFoundException("/mnt/a (Permission denied)"));
    assertReason(refused, "the file cannot be written: Permission denied");
    GenericFileOperationFailedException broken =
        new GenericFileOperationFailedException("Cannot list /mnt", new SocketException("reset"));
    assertReason(broken, "the connection broke");
  }

  @Test
  void what_the_guard_refused_is_told_apart_from_an_unknown_host() {
    Outcome outcome = Outcome.of(new IOException(new TargetRefusedException("sneaky.example")));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.reason()).contains("sneaky.example"));
  }

  @Test
  void a_bucket_in_another_region_says_where_it_is() {
    String body =
        "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>";

    assertThat(region(400, "AuthorizationHeaderMalformed", "", body)).contains("eu-west-1");
    assertThat(region(301, "PermanentRedirect", "eu-central-1", "")).contains("eu-central-1");
    assertThat(region(404, "NoSuchBucket", "eu-central-1", body)).isEmpty();
    assertThat(region(400, "AuthorizationHeaderMalformed", "", "<Region>a b; do this</Region>"))
        .isEmpty();
    assertThat(region(400, "AuthorizationHeaderMalformed", "", "</Region><Region>")).isEmpty();
  }

  private static Optional<String> region(int status, String code, String header, String body) {
    SdkHttpFullResponse.Builder answer = SdkHttpResponse.builder().statusCode(status);
    if (!header.isEmpty()) {
      answer.putHeader("x-amz-bucket-region", header);
    }
    AwsErrorDetails details =
        AwsErrorDetails.builder()
            .errorCode(code)
            .sdkHttpResponse(answer.build())
            .rawResponse(SdkBytes.fromUtf8String(body))
            .build();
    Outcome outcome =
        Outcome.of(
            new IllegalStateException(
                AwsServiceException.builder().statusCode(status).awsErrorDetails(details).build()));
    assertThat(outcome).isInstanceOf(NotStored.class);
    return ((NotStored) outcome).region();
  }

  private static void assertReason(Throwable error, String reason) {
    assertThat(Outcome.of(error)).isEqualTo(new NoAnswer(reason));
  }
}
