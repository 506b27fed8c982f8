package io.comfygateway.database.h2;

import io.comfygateway.disk.DiskSyncs;
import io.comfygateway.disk.PrivateFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * Files for H2 whose writes are on disk when they return ({@code O_DSYNC}). H2 itself never syncs
 * its files at a commit, so a power failure could lose a job that was answered with 202.
 *
 * <p>They do not use the platform's {@link FileChannel}, which closes, and the database with it,
 * when its thread is interrupted. H2's own remedy, {@code async:}, hands every read and write to
 * another thread.
 */
public final class DurableFiles extends FilePathWrapper {
  /** The scheme of these files in a URL of H2. */
  public static final String SCHEME = "durable";

  /** Registers the scheme with H2; may be called more than once. */
  public static void register() {
    FilePath.register(new DurableFiles());
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new DurableFile(getBase().toString(), "rw".equals(mode) ? "rwd" : mode);
  }

  private static final class DurableFile extends FileBaseDefault {
    private final String name;
    private final RandomAccessFile file;

    DurableFile(String name, String mode) throws IOException {
      this.name = name;
      Path path = Path.of(name);
      // Only a new file: closing any channel of a file releases all POSIX locks on it.
      if (!"r".equals(mode) && !Files.exists(path)) {
        PrivateFiles.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
      }
      PrivateFiles.restrict(path);
      this.file = new RandomAccessFile(name, mode);
    }

    @Override
    public synchronized int read(ByteBuffer into, long position) throws IOException {
      if (!into.hasRemaining()) {
        return 0;
      }
      file.seek(position);
      int read = file.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
      into.position(into.position() + Math.max(0, read));
      return read;
    }

    @Override
    public synchronized int write(ByteBuffer from, long position) throws IOException {
      int length = from.remaining();
      DiskSyncs.count();
      file.seek(position);
      file.write(from.array(), from.arrayOffset() + from.position(), length);
      from.position(from.limit());
      return length;
    }

    @Override
    public long size() throws IOException {
      return file.length();
    }

    @Override
    protected synchronized void implTruncate(long size) throws IOException {
      if (size < file.length()) {
        file.setLength(size);
      }
    }

    @Override
    public void force(boolean metadata) throws IOException {
      DiskSyncs.count();
      file.getFD().sync();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return file.getChannel().tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }

    @Override
    public String toString() {
      return SCHEME + ":" + name;
    }
  }
}
