package io.comfygateway.http.connection;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import org.jspecify.annotations.Nullable;

/**
 * The pongs of one WebSocket. Vert.x answers every ping at once (seen at 4.5.36), also where the
 * other side reads nothing, and keeps the pongs without limit. Of the pings that arrive while a
 * pong is still to be sent, only the newest is answered, as RFC 6455 (section 5.5.3) allows.
 *
 * <p>All of it happens on the connection's event loop.
 */
public final class BoundedPongs extends ChannelOutboundHandlerAdapter {
  /** The name of the handler that writes the pongs. */
  private static final String VERTX = "handler";

  private boolean sending;
  private @Nullable PongWebSocketFrame newest;

  /** Limits the pongs of a connection that has become a WebSocket; call it on its event loop. */
  public static void limit(HttpConnection connection) {
    if (connection instanceof ConnectionBase base) {
      base.channel().pipeline().addBefore(VERTX, null, new BoundedPongs());
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  @Override
  public void write(ChannelHandlerContext context, Object frame, ChannelPromise promise) {
    if (!(frame instanceof PongWebSocketFrame pong)) {
      context.write(frame, promise);
    } else if (sending) {
      drop();
      newest = pong;
      // Nobody waits for it.
      promise.trySuccess();
    } else {
      send(context, pong, promise);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private void send(
      ChannelHandlerContext context, PongWebSocketFrame pong, ChannelPromise promise) {
    sending = true;
    context.write(pong, promise.unvoid()).addListener(sent -> sent(context));
  }

  private void sent(ChannelHandlerContext context) {
    sending = false;
    PongWebSocketFrame next = newest;
    newest = null;
    if (next != null) {
      send(context, next, context.newPromise());
      context.flush();
    }
  }

  private void drop() {
    if (newest != null) {
      newest.release();
      newest = null;
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    drop();
  }
}
