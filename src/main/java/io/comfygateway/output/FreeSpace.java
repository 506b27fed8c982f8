package io.comfygateway.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * What is kept free on the disk. A database that meets a full disk in the middle of a write may
 * have to be mended by hand, so nothing new is begun before that.
 */
public final class FreeSpace {
  private final Set<Path> folders;
  private final long reserve;
  private final Disk disk;

  /** Says how many bytes are free. */
  public interface Disk {
    long free(Path folder) throws IOException;
  }

  /**
   * The space of the disks that folders are on.
   *
   * @param reserve how many bytes are to stay free
   */
  public FreeSpace(Set<Path> folders, long reserve) {
    this(folders, reserve, place -> Files.getFileStore(place).getUsableSpace());
  }

  FreeSpace(Set<Path> folders, long reserve, Disk disk) {
    this.folders = Set.copyOf(folders);
    this.reserve = reserve;
    this.disk = disk;
  }

  /** Whether there is room for something new. */
  public boolean isEnough() {
    return reserve <= 0 || folders.stream().allMatch(this::hasRoom);
  }

  private boolean hasRoom(Path folder) {
    try {
      return disk.free(folder) >= reserve;
    } catch (IOException unknown) {
      // What cannot be asked is found out by writing.
      return true;
    }
  }

  /** How many bytes are to stay free. */
  public long reserve() {
    return reserve;
  }

  /** The same failure to write, or {@link StoreFullException} where it is for want of space. */
  public IOException explain(IOException failure) {
    IOException known = failure;
    for (Path folder : folders) {
      known = StoreFullException.recognise(known, folder);
    }
    return known;
  }

  /**
   * @throws StoreFullException where nothing new may be begun
   */
  public void require() throws StoreFullException {
    if (!isEnough()) {
      throw new StoreFullException(
          new IOException("less than " + reserve + " bytes are free for " + folders));
    }
  }
}
