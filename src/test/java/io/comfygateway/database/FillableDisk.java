package io.comfygateway.database;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePathWrapper;

/** A disk for H2 that a test fills up: every write then fails as the system says it. */
public final class FillableDisk extends FilePathWrapper {
  static final String SCHEME = "fillable";
  private static final Set<String> FULL = ConcurrentHashMap.newKeySet();

  /** Leaves no space for the files of a folder. */
  static void fill(Path folder) {
    FULL.add(folder.toString());
  }

  static void clear(Path folder) {
    FULL.remove(folder.toString());
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new Limited(getBase().open(mode), getBase().toString());
  }

  private static final class Limited extends FileBaseDefault {
    private final FileChannel file;
    private final String name;

    Limited(FileChannel file, String name) {
      this.file = file;
      this.name = name;
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return file.read(into, position);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      if (FULL.stream().anyMatch(name::contains)) {
        throw new IOException("No space left on device");
      }
      return file.write(from, position);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void force(boolean metadata) throws IOException {
      file.force(metadata);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }
  }
}
