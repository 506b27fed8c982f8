package io.comfygateway.http;

import io.comfygateway.access.Caller;
import io.comfygateway.access.RequestInfo;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.util.function.Consumer;

/** An open WebSocket of a client. Its methods may be called from any thread and never wait. */
public final class ClientSocket {
  private static final short TRY_AGAIN_LATER = 1013;

  private final ServerWebSocket socket;
  private final Context eventLoop;
  private final RequestInfo request;
  private final Caller caller;
  private final OutgoingFrames frames;
  private boolean answeredPing = true;

  ClientSocket(
      ServerWebSocket socket,
      Context eventLoop,
      RequestInfo request,
      Caller caller,
      SocketLimits limits,
      MemoryBudget all) {
    this.socket = socket;
    this.eventLoop = eventLoop;
    this.request = request;
    this.caller = caller;
    this.frames = new OutgoingFrames(new Wire(socket), limits.pendingBytes(), all);
    socket.drainHandler(drained -> frames.drained());
    socket.pongHandler(pong -> answeredPing = true);
  }

  private record Wire(ServerWebSocket socket) implements OutgoingFrames.Wire {
    @Override
    public boolean isFull() {
      return socket.writeQueueFull();
    }

    @Override
    public void write(OutgoingFrame frame, Runnable sent) {
      written(frame).onComplete(done -> sent.run());
    }

    private Future<Void> written(OutgoingFrame frame) {
      return frame instanceof OutgoingFrame.Binary binary
          ? socket.writeBinaryMessage(binary.bytes())
          : socket.writeTextMessage(((OutgoingFrame.Text) frame).text());
    }
  }

  /** The name of the caller's key. */
  public String owner() {
    return caller.name();
  }

  /** Whose it is. */
  public Caller caller() {
    return caller;
  }

  /** The request that opened it. */
  RequestInfo request() {
    return request;
  }

  /** Calls back with each text message of the client; binary ones are ignored. */
  public void onText(Consumer<String> message) {
    eventLoop.runOnContext(now -> socket.textMessageHandler(message::accept));
  }

  /** Sends a frame after those that were sent before. A client that is too slow is given up. */
  public void send(OutgoingFrame frame) {
    eventLoop.runOnContext(
        now -> {
          if (!socket.isClosed() && !frames.send(frame)) {
            socket.close(TRY_AGAIN_LATER, "The client reads too slowly.");
          }
        });
  }

  /** The connection has ended. Call it on the event loop. */
  void closed() {
    frames.discard();
  }

  /** Closes it with a status of RFC 6455 and a reason that the client reads. */
  void close(int status, String reason) {
    eventLoop.runOnContext(
        now -> {
          if (!socket.isClosed()) {
            socket.close((short) status, reason);
          }
        });
  }

  /** Pings the client; closes the socket if the last ping was not answered. */
  void ping() {
    eventLoop.runOnContext(
        now -> {
          if (socket.isClosed()) {
            return;
          }
          if (answeredPing) {
            answeredPing = false;
            socket.writePing(Buffer.buffer("gateway"));
          } else {
            // Nobody may be there to answer the close.
            socket.close(TRY_AGAIN_LATER, "The client did not answer a ping.");
          }
        });
  }
}
