package io.comfygateway.simulator;

import io.comfygateway.simulator.media.Noise;
import java.nio.file.Path;
import java.util.function.Supplier;

/** What a file of the simulator holds. */
sealed interface Content {

  /** Made when it is read, and the same each time: a file costs nothing until then. */
  record Drawn(Supplier<byte[]> file) implements Content {}

  /** Too large to be held: made block by block while it is sent. */
  record Streamed(Noise noise) implements Content {}

  /**
   * An upload.
   *
   * @param path where its bytes are
   * @param sha256 their digest in hex
   */
  record Uploaded(Path path, String sha256) implements Content {}
}
