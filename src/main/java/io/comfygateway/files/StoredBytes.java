package io.comfygateway.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** The bytes of a stored file, which can be read several times and from any offset. */
public interface StoredBytes {

  /**
   * Verifies that they are still stored.
   *
   * @throws io.comfygateway.problem.Problem OUTPUT_EXPIRED if they are not, or have another length;
   *     STORE_UNAVAILABLE if the store cannot be read now
   */
  void require();

  /**
   * Reads a part; the caller closes the stream.
   *
   * @param offset the first byte
   * @param length how many; the stream fails if there are fewer
   * @throws io.comfygateway.problem.Problem as {@link #require}
   */
  InputStream open(long offset, long length) throws IOException;

  /**
   * A file on this machine with all of them, which the caller closes.
   *
   * @throws io.comfygateway.problem.Problem as {@link #require}
   * @throws io.comfygateway.store.StoreUnavailableException if they cannot be fetched now
   */
  LocalFile local() throws IOException;

  /** The file on this machine that they are in; empty if they are elsewhere. */
  Optional<Path> file();
}
