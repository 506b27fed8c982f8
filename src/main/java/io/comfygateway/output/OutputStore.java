package io.comfygateway.output;

import io.comfygateway.files.LocalFile;
import io.comfygateway.files.StoredBytes;
import io.comfygateway.store.StoreFullException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Where the files of finished jobs are kept. */
public interface OutputStore {

  /**
   * {@link #store(UUID, int, String, InputStream, OptionalLong)} for a stream of unknown length.
   */
  default StoredOutput store(UUID jobId, int index, String filename, InputStream bytes)
      throws IOException {
    return store(jobId, index, filename, bytes, OptionalLong.empty());
  }

  /**
   * Stores one output as it streams by. When this returns, the output survives a crash of the
   * machine; when it throws, nothing of it is left. Storing the same output of the same job again
   * replaces it, whatever its name was.
   *
   * @param filename a name from anywhere; what is unsafe in it is replaced
   * @param bytes the output; the caller closes it
   * @param expectedBytes how many bytes it must have, where that is known
   * @throws IncompleteOutputException where the stream is shorter or longer than expected
   * @throws StoreFullException where the store has no space left
   * @throws io.comfygateway.store.StoreUnavailableException where it cannot be written to for
   *     another reason
   * @throws IOException where the stream cannot be read
   */
  StoredOutput store(
      UUID jobId, int index, String filename, InputStream bytes, OptionalLong expectedBytes)
      throws IOException;

  /**
   * Opens a stored output; the caller closes it.
   *
   * @throws io.comfygateway.problem.Problem OUTPUT_EXPIRED where it is no longer there, or no
   *     longer has the length that was stored
   */
  InputStream open(StoredOutput stored) throws IOException;

  /**
   * The bytes of a stored output, for a caller.
   *
   * @throws io.comfygateway.problem.Problem OUTPUT_EXPIRED where it is known at once that they are
   *     no longer there, or no longer have the length that was stored
   */
  StoredBytes bytes(StoredOutput stored);

  /**
   * A stored output as a file on this machine, which the caller closes.
   *
   * @throws io.comfygateway.problem.Problem OUTPUT_EXPIRED where it is no longer there, or no
   *     longer has the length that was stored
   * @throws io.comfygateway.store.StoreUnavailableException where it cannot be fetched now
   */
  LocalFile local(StoredOutput stored) throws IOException;

  /** Deletes every output of a job; without effect where there is none. */
  void delete(UUID jobId) throws IOException;

  /**
   * Deletes what a crash left half received. What is being received now is not touched, also where
   * another gateway on the same store receives it.
   *
   * @param since what was begun later may stay
   * @param inWork of some jobs, those that are waiting or in work
   * @return how many files were deleted
   */
  int sweepTemporary(Instant since, UnaryOperator<Set<UUID>> inWork) throws IOException;
}
