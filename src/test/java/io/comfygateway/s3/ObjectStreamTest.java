package io.comfygateway.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

class ObjectStreamTest {
  private static final byte[] OBJECT = "0123456789".getBytes();
  private final List<String> requests = new ArrayList<>();
  private int aborted;

  /** A server that breaks the connection after so many bytes. */
  private ObjectStream.Source breakingAfter(int bytes) {
    return (offset, length) -> {
      requests.add(offset + "+" + length);
      InputStream rest =
          new ByteArrayInputStream(OBJECT, (int) offset, (int) length) {
            private int left = bytes;

            @Override
            public synchronized int read(byte[] into, int start, int most) {
              if (left == 0) {
                sneak(new SocketException("Connection reset"));
              }
              int read = super.read(into, start, Math.min(most, left));
              left -= Math.max(0, read);
              return read;
            }
          };
      return new ResponseInputStream<>(
          GetObjectResponse.builder().build(), AbortableInputStream.create(rest, () -> aborted++));
    };
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable why) throws E {
    throw (E) why;
  }

  @Test
  void a_connection_that_breaks_is_replaced_by_a_request_for_the_rest() throws IOException {
    try (ObjectStream in = new ObjectStream(breakingAfter(3), 1, 8)) {
      assertThat(in.readAllBytes()).asString().isEqualTo("12345678");
    }

    assertThat(requests).containsExactly("1+8", "4+5", "7+2");
    assertThat(aborted).isEqualTo(2);
  }

  @Test
  void a_server_that_keeps_breaking_it_is_given_up() throws IOException {
    try (ObjectStream in = new ObjectStream(breakingAfter(1), 0, 10)) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(IOException.class)
          .hasMessage("the connection to the S3 server broke");
    }

    assertThat(requests).hasSize(4);
  }

  @Test
  void closing_it_early_does_not_read_the_rest() throws IOException {
    try (ObjectStream in = new ObjectStream(breakingAfter(10), 0, 10)) {
      assertThat(in.read()).isEqualTo('0');
    }

    assertThat(aborted).isEqualTo(1);
  }
}
