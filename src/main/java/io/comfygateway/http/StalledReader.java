package io.comfygateway.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose client reads nothing of what is ready for it. One on which nothing is
 * ready, as in a long poll, stays open; so does one that reads a little at a time.
 */
final class StalledReader extends IdleStateHandler {
  private static final boolean BYTES_COUNT = true;
  private static final int NEVER = 0;

  StalledReader(Duration limit) {
    super(BYTES_COUNT, NEVER, limit.toMillis(), NEVER, TimeUnit.MILLISECONDS);
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  @Override
  protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
    ChannelOutboundBuffer ready = context.channel().unsafe().outboundBuffer();
    if (ready != null && !ready.isEmpty()) {
      context.close();
    }
  }
}
