package io.comfygateway.picture;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;
import javax.imageio.IIOException;
import javax.imageio.stream.FileImageInputStream;

/**
 * A picture's file that can be read for a while only. A reader whose work is not known from the
 * file's structure then fails, so that no picture occupies a thread for long.
 */
public final class TimedImageStream extends FileImageInputStream {
  /** How long a picture may take; some times what the largest one takes on a slow machine. */
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final LongSupplier nanos;
  private final long begin;

  /** Opens a file. */
  public TimedImageStream(Path file) throws IOException {
    this(file, System::nanoTime);
  }

  TimedImageStream(Path file, LongSupplier nanos) throws IOException {
    super(file.toFile());
    this.nanos = nanos;
    this.begin = nanos.getAsLong();
  }

  @Override
  public int read() throws IOException {
    requireTime();
    return super.read();
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    requireTime();
    return super.read(bytes, offset, length);
  }

  private void requireTime() throws IOException {
    if (nanos.getAsLong() - begin > LONGEST.toNanos()) {
      throw new IIOException("decoding took longer than " + LONGEST.toSeconds() + " s");
    }
  }
}
