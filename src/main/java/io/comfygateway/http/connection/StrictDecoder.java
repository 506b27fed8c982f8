package io.comfygateway.http.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;

/**
 * Reads the requests of one connection, each when the response to the one before was sent. Vert.x
 * would keep any number of requests and responses of a client that keeps sending and reads nothing
 * (seen at 4.5.22 and 4.5.36).
 *
 * <p>It refuses a request that gives the length of its body in two ways. Netty would use the chunks
 * and drop the other field, so that nothing after it could see the conflict.
 *
 * <p>All of it happens on the connection's event loop.
 */
public final class StrictDecoder extends VertxHttpRequestDecoder {
  /** The name of the decoder that it replaces. */
  private static final String NAME = "httpDecoder";

  @SuppressWarnings("NullAway.Init")
  private ChannelHandlerContext connection;

  private boolean within;
  private boolean unanswered;
  private boolean putOff;
  private boolean asksWhenTaken;
  private boolean readsNothing;

  /** Makes the decoder of one connection of a server with these options. */
  public StrictDecoder(HttpServerOptions options) {
    super(options);
  }

  /** Replaces the decoder of a connection, and puts another handler before all of its handlers. */
  public void install(HttpConnection connection, ChannelHandler first) {
    if (connection instanceof ConnectionBase base) {
      ChannelPipeline pipeline = base.channel().pipeline();
      pipeline.addFirst(first);
      pipeline.replace(NAME, NAME, this);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    connection = context;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> messages)
      throws Exception {
    if (!within && isPutOff()) {
      return;
    }
    super.decode(context, bytes, messages);
    for (Object message : messages) {
      if (message instanceof HttpRequest) {
        within = true;
        unanswered = true;
      }
      if (message instanceof LastHttpContent) {
        within = false;
      }
    }
  }

  private boolean isPutOff() {
    putOff = unanswered || isUntaken();
    if (putOff) {
      readsNothing = true;
      connection.channel().config().setAutoRead(false);
      if (!unanswered) {
        goOnWhenTaken();
      }
    }
    return putOff;
  }

  private boolean isUntaken() {
    ChannelOutboundBuffer answers = connection.channel().unsafe().outboundBuffer();
    return answers == null || answers.totalPendingWriteBytes() > 0;
  }

  private void goOnWhenTaken() {
    if (!asksWhenTaken) {
      asksWhenTaken = true;
      connection
          .writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(
              taken -> {
                asksWhenTaken = false;
                goOn();
              });
    }
  }

  /** The response to the request that was read last is complete. */
  public void answered() {
    unanswered = false;
    goOn();
  }

  // Not at once: a thousand requests in one go would each be answered inside the response to the
  // one before, one stack frame deeper each.
  private void goOn() {
    if (putOff) {
      connection.executor().execute(this::decodeWhatIsThere);
    }
  }

  private void decodeWhatIsThere() {
    if (!connection.channel().isActive()) {
      return;
    }
    if (readsNothing) {
      readsNothing = false;
      connection.channel().config().setAutoRead(true);
    }
    try {
      channelRead(connection, Unpooled.EMPTY_BUFFER);
      channelReadComplete(connection);
    } catch (Exception e) {
      connection.fireExceptionCaught(e);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    if (readsNothing) {
      // The decoder that this replaces reads more bytes where those that arrived made no message.
      context.fireChannelReadComplete();
    } else {
      super.channelReadComplete(context);
    }
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("both Transfer-Encoding and Content-Length");
  }
}
