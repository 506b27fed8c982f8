package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.delivery.Outcome.NoAnswer;
import io.comfygateway.delivery.Outcome.Refused;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class OutcomeTest {
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
  void what_the_guard_refused_is_told_apart_from_an_unknown_host() {
    Outcome outcome = Outcome.of(new IOException(new TargetRefusedException("sneaky.example")));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.reason()).contains("sneaky.example"));
  }

  private static void assertReason(Throwable error, String reason) {
    assertThat(Outcome.of(error)).isEqualTo(new NoAnswer(reason));
  }
}
