package io.comfygateway.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BoundedPongsTest {
  private final List<String> written = new ArrayList<>();
  private final Queue<ChannelPromise> unsent = new ArrayDeque<>();
  private final EmbeddedChannel channel = new EmbeddedChannel(new Wire(), new BoundedPongs());

  /** Sends nothing before it is told to. */
  private final class Wire extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      WebSocketFrame frame = (WebSocketFrame) message;
      written.add(frame.content().toString(StandardCharsets.US_ASCII));
      frame.release();
      unsent.add(promise);
    }
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private ByteBuf pong(String text) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    channel.writeOneOutbound(new PongWebSocketFrame(bytes));
    return bytes;
  }

  private void sends() {
    unsent.remove().setSuccess();
  }

  @Test
  void each_ping_of_a_client_that_reads_is_answered() {
    pong("1");
    sends();
    pong("2");
    sends();

    assertThat(written).containsExactly("1", "2");
  }

  @Test
  void of_the_pings_of_a_client_that_reads_nothing_only_the_newest_is_answered() {
    pong("1");
    List<ByteBuf> kept = new ArrayList<>();
    for (int ping = 2; ping <= 1_000; ping++) {
      kept.add(pong(Integer.toString(ping)));
    }

    assertThat(written).containsExactly("1");
    assertThat(kept).filteredOn(bytes -> bytes.refCnt() > 0).hasSize(1);
    sends();
    assertThat(written).containsExactly("1", "1000");
    sends();
    pong("1001");
    assertThat(written).containsExactly("1", "1000", "1001");
  }

  @Test
  void other_frames_are_not_held_back() {
    pong("1");
    ChannelFuture text = channel.writeOneOutbound(new TextWebSocketFrame("text"));

    assertThat(written).containsExactly("1", "text");
    assertThat(text.isDone()).isFalse();
  }

  @Test
  void the_socket_of_a_router_is_limited() {
    Vertx vertx = Vertx.vertx();
    CompletableFuture<List<String>> handlers = new CompletableFuture<>();
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            request ->
                request
                    .request()
                    .toWebSocket()
                    .onSuccess(
                        socket -> {
                          HttpConnection connection = request.request().connection();
                          BoundedPongs.limit(connection);
                          handlers.complete(
                              ((ConnectionBase) connection)
                                  .channel().pipeline().toMap().values().stream()
                                      .map(handler -> handler.getClass().getSimpleName())
                                      .toList());
                        })
                    .onFailure(handlers::completeExceptionally));
    try {
      vertx
          .createHttpServer()
          .requestHandler(router)
          .listen(0, "127.0.0.1")
          .compose(
              server ->
                  vertx.createWebSocketClient().connect(server.actualPort(), "127.0.0.1", "/"))
          .onFailure(handlers::completeExceptionally);

      assertThat(handlers.orTimeout(20, TimeUnit.SECONDS).join())
          .endsWith("WebSocket13FrameEncoder", "BoundedPongs", "VertxHandler");
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  @Test
  void the_pong_of_a_connection_that_ends_is_released() {
    pong("1");
    ByteBuf last = pong("2");
    channel.close();
    channel.runPendingTasks();

    assertThat(last.refCnt()).isZero();
  }
}
