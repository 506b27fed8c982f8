package io.comfygateway.job.h2;

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
 * Files for H2 whose every write has reached the disk when it returns ({@code O_DSYNC}). H2 itself
 * never forces its files at a commit, so a job that was answered with 202 could be lost with the
 * power.
 *
 * <p>They are no {@link FileChannel}s of the platform, which are closed, and the database with
 * them, when a thread that uses them is interrupted; H2's own answer to that, {@code async:}, hands
 * each read and write to another thread.
 */
public final class DurableFiles extends FilePathWrapper {
  /** How a URL of H2 names them. */
  public static final String SCHEME = "durable";

  /** Lets H2 know them; it does no harm to call it again. */
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
      // Not where it is there: POSIX gives up the locks of a file with any channel that is closed.
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
