package io.comfygateway.job;

import java.io.IOException;
import java.nio.channels.FileChannel;
import org.h2.store.fs.FilePathWrapper;

/**
 * Files for H2 whose every write has reached the disk when it returns ({@code O_DSYNC}). H2 itself
 * never forces its files at a commit, so a job that was answered with 202 could be lost with the
 * power.
 */
public final class DurableFiles extends FilePathWrapper {
  static final String SCHEME = "durable";

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return getBase().open("rw".equals(mode) ? "rwd" : mode);
  }
}
