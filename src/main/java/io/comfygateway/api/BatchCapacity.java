package io.comfygateway.api;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** How much memory the batches that are being made may take, each and all together. */
public final class BatchCapacity {
  /** Batches of so many bytes take seconds; small ones do not wait for them. */
  private static final long LARGE = 8_388_608;

  private static final int LARGE_AT_ONCE = 2;
  private static final int BATCHES_KEPT = 4;

  private final BatchLimits limits;

  /** Bytes of the jobs of all batches that are being made. */
  private final AtomicLong kept = new AtomicLong();

  private final Semaphore large = new Semaphore(LARGE_AT_ONCE);

  public BatchCapacity(BatchLimits limits) {
    this.limits = limits;
  }

  BatchLimits limits() {
    return limits;
  }

  /**
   * Takes the room for a batch before any of it is read: a graph of a megabyte in a hundred rows is
   * small to send.
   *
   * @throws Problem where the batch is too large, or other large ones are being made
   */
  void take(BatchSubmission batch, BatchFields fields) {
    int rows = fields.rowsWithSharedGraph();
    long graph = rows == 0 ? 0 : batch.request.path("prompt").toString().length();
    if (graph * rows > limits.unpackedBytes()) {
      throw tooLarge("The graph of %,d characters in %d jobs is more".formatted(graph, rows));
    }
    if (graph * rows > LARGE) {
      if (!large.tryAcquire()) {
        throw busy();
      }
      batch.isLarge = true;
    }
  }

  /**
   * Takes the room for one more job of a batch.
   *
   * @param size its bytes, packed
   * @param unpacked the same before it was packed
   * @throws Problem where the batch has become too large, or all batches together
   */
  void add(BatchSubmission batch, long size, long unpacked) {
    batch.bytes += size;
    batch.unpacked += unpacked;
    batch.isOver = true;
    if (kept.addAndGet(size) > BATCHES_KEPT * limits.bytes()) {
      throw busy();
    }
    if (batch.unpacked > limits.unpackedBytes()) {
      throw tooLarge("The first %d jobs are more".formatted(batch.size()));
    }
    if (batch.bytes > limits.bytes()) {
      throw new Problem(
          ProblemType.TOO_LARGE,
          "The graphs of the first %d jobs have more than %d bytes, packed (GATEWAY_BATCH_MAX_BYTES). Send smaller batches."
              .formatted(batch.size(), limits.bytes()));
    }
    batch.isOver = false;
  }

  /** Gives back what a batch took. */
  void release(BatchSubmission batch) {
    kept.addAndGet(-batch.bytes);
    if (batch.isLarge) {
      large.release();
    }
  }

  private Problem tooLarge(String what) {
    return new Problem(
        ProblemType.TOO_LARGE,
        what
            + " than %,d bytes of graphs, unpacked, which one batch may have (GATEWAY_BATCH_MAX_UNPACKED_BYTES). Send smaller batches, or put the graph into the library and only its inputs into the jobs."
                .formatted(limits.unpackedBytes()));
  }

  private static Problem busy() {
    return new Problem(
            ProblemType.BUSY, "Other large batches are being stored. Send this one again later.")
        .withHeader("Retry-After", "5");
  }
}
