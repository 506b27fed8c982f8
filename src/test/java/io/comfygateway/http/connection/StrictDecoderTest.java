package io.comfygateway.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpServerOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictDecoderTest {
  private final StrictDecoder decoder = new StrictDecoder(new HttpServerOptions());
  private final EmbeddedChannel channel = new EmbeddedChannel(decoder);

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void receives(String bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.US_ASCII));
  }

  private void isAnswered() {
    decoder.answered();
    channel.runPendingTasks();
  }

  private String nextPath() {
    HttpRequest request = channel.readInbound();
    if (request == null) {
      return "none";
    }
    LastHttpContent end = channel.readInbound();
    end.release();
    return request.uri();
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: gateway\r\n\r\n";
  }

  @Test
  void a_request_is_read_when_the_one_before_is_answered() {
    receives(get("/1") + get("/2") + get("/3"));

    assertThat(nextPath()).isEqualTo("/1");
    assertThat(nextPath()).isEqualTo("none");
    isAnswered();
    assertThat(nextPath()).isEqualTo("/2");
    assertThat(nextPath()).isEqualTo("none");
    isAnswered();
    assertThat(nextPath()).isEqualTo("/3");
  }

  @Test
  void nothing_more_is_taken_from_the_network_meanwhile() {
    receives(get("/1"));
    assertThat(channel.config().isAutoRead()).isTrue();

    receives(get("/2"));
    assertThat(channel.config().isAutoRead()).isFalse();

    isAnswered();
    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  void an_answer_that_is_not_on_its_way_is_sent_before_the_next_request_is_read() {
    receives(get("/1"));
    nextPath();
    channel.write(Unpooled.copiedBuffer("an answer", StandardCharsets.US_ASCII));
    isAnswered();
    assertThat(channel.outboundMessages()).isEmpty();

    receives(get("/2"));

    assertThat(channel.outboundMessages()).isNotEmpty();
    assertThat(nextPath()).isEqualTo("/2");
  }

  @Test
  void the_body_of_a_request_that_is_answered_early_is_read_to_its_end() {
    receives("POST /1 HTTP/1.1\r\nHost: gateway\r\nContent-Length: 4\r\n\r\nab");
    isAnswered();

    receives("cd" + get("/2"));

    HttpRequest first = channel.readInbound();
    assertThat(first.uri()).isEqualTo("/1");
    assertThat(body()).isEqualTo("ab");
    assertThat(body()).isEqualTo("cd");
    assertThat(nextPath()).isEqualTo("/2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "100000002\r\nab\r\n0\r\n\r\n",
        "2;a=\"\r\nab\r\n0\r\n\r\n",
        "2;a=\"b\nc\"\r\nab\r\n0\r\n\r\n"
      })
  void no_second_request_is_read_out_of_a_chunk_that_another_server_reads_as_longer(String chunk) {
    receives("POST /1 HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk);
    isAnswered();

    receives(get("/2"));

    List<String> paths = new ArrayList<>();
    boolean refused = false;
    for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
      if (message instanceof HttpRequest request) {
        paths.add(request.uri());
      }
      refused |= ((HttpObject) message).decoderResult().isFailure();
      ReferenceCountUtil.release(message);
    }
    assertThat(paths).containsExactly("/1");
    assertThat(refused).isTrue();
  }

  @Test
  void an_extension_of_a_chunk_that_is_written_as_it_should_be_is_passed_over() {
    receives(
        "POST /1 HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "2;a=\"b;c\";d\r\nab\r\n0\r\n\r\n");

    HttpRequest first = channel.readInbound();
    assertThat(first.uri()).isEqualTo("/1");
    assertThat(body()).isEqualTo("ab");
    LastHttpContent end = channel.readInbound();
    assertThat(end.decoderResult().isSuccess()).isTrue();
    end.release();
  }

  private String body() {
    HttpContent content = channel.readInbound();
    String text = content.content().toString(StandardCharsets.US_ASCII);
    content.release();
    return text;
  }
}
