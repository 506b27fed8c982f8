package io.comfygateway.http;

import io.comfygateway.problem.Problem;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.Iterator;
import java.util.function.Supplier;

/**
 * A response body that is made while it is sent, so that a long list takes the memory of one entry.
 * All entries beyond a few kilobytes that wait to be sent, of all responses, share one budget.
 *
 * @param entries makes the next part of the body, on a thread that may block; none is empty
 */
public record EntriesBody(Iterator<byte[]> entries) {
  private static final int PIECE = 65_536;

  /**
   * Makes the first piece. Nothing of the response is sent yet, so a failure can be its answer.
   *
   * @param budget for the entries that are in memory
   * @param noRoom the failure where the budget is used up
   */
  Future<Pieces> open(WorkerExecutor workers, MemoryBudget budget, Supplier<Problem> noRoom) {
    Pieces pieces = new Pieces(entries, budget, noRoom);
    return workers.executeBlocking(pieces::begin, false);
  }

  /** Sends what {@link #open} began. */
  static Future<Void> send(Pieces pieces, HttpServerResponse response, WorkerExecutor workers) {
    response.setChunked(true);
    return BodyPieces.send(response, workers, pieces);
  }

  /** The body piece by piece. */
  static final class Pieces implements BodyPieces.Source {
    private final Iterator<byte[]> entries;
    private final MemoryBudget budget;
    private final Supplier<Problem> noRoom;
    private Buffer first = Buffer.buffer();
    private byte[] entry = new byte[0];
    private int sent;
    private int taken;

    private Pieces(Iterator<byte[]> entries, MemoryBudget budget, Supplier<Problem> noRoom) {
      this.entries = entries;
      this.budget = budget;
      this.noRoom = noRoom;
    }

    private Pieces begin() {
      try {
        first = made();
        return this;
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    @Override
    public Buffer next() {
      if (first.length() > 0) {
        Buffer begun = first;
        first = Buffer.buffer();
        return begun;
      }
      return made();
    }

    // Small entries go together.
    private Buffer made() {
      Buffer piece = Buffer.buffer();
      while (piece.length() < PIECE && (sent < entry.length || entries.hasNext())) {
        if (sent == entry.length) {
          take(entries.next());
        }
        int length = Math.min(entry.length - sent, PIECE - piece.length());
        piece.appendBytes(entry, sent, length);
        sent += length;
      }
      return piece;
    }

    private void take(byte[] next) {
      close();
      if (next.length > PIECE) {
        if (!budget.take(next.length)) {
          throw noRoom.get();
        }
        taken = next.length;
      }
      entry = next;
      sent = 0;
    }

    @Override
    public void close() {
      budget.leave(taken);
      taken = 0;
      entry = new byte[0];
      sent = 0;
    }
  }
}
