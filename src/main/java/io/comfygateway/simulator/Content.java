package io.comfygateway.simulator;

import io.comfygateway.simulator.media.Noise;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** What a file of the simulator holds. */
sealed interface Content {

  /** Writes all of it, however large it is. */
  void writeTo(OutputStream out) throws IOException;

  /** Made when it is read, and the same each time: a file costs nothing until then. */
  record Drawn(Supplier<byte[]> file) implements Content {
    @Override
    public void writeTo(OutputStream out) throws IOException {
      out.write(file.get());
    }
  }

  /** Too large to be held: made block by block while it is sent. */
  record Streamed(Noise noise) implements Content {
    @Override
    public void writeTo(OutputStream out) throws IOException {
      byte[] block;
      for (long offset = 0; offset < noise.length(); offset += block.length) {
        block = noise.block(offset);
        out.write(block);
      }
    }
  }

  /**
   * An upload.
   *
   * @param path where its bytes are
   * @param sha256 their digest in hex
   */
  record Uploaded(Path path, String sha256) implements Content {
    @Override
    public void writeTo(OutputStream out) throws IOException {
      Files.copy(path, out);
    }
  }
}
