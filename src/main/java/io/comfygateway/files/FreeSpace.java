package io.comfygateway.files;

import io.comfygateway.clock.SteadyClock;
import io.comfygateway.store.StoreFullException;
import io.comfygateway.store.StoreState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/**
 * What is kept free on the disk. A database that meets a full disk in the middle of a write may
 * have to be fixed by hand, so nothing new is begun before that.
 */
public final class FreeSpace implements StoreState {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private final Set<Path> folders;
  private final long reserve;
  private final Disk disk;
  private final InstantSource clock;
  private volatile Instant enoughUntil = Instant.MIN;

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
    this(
        folders,
        reserve,
        place -> Files.getFileStore(place).getUsableSpace(),
        InstantSource.system());
  }

  /** The same with a disk and a clock of its own. */
  public FreeSpace(Set<Path> folders, long reserve, Disk disk, InstantSource clock) {
    this.folders = Set.copyOf(folders);
    this.reserve = reserve;
    this.disk = disk;
    this.clock = new SteadyClock(clock);
  }

  /**
   * Whether there is room for something new; where there is, it is not asked again for a moment.
   */
  public boolean isEnough() {
    Instant now = clock.instant();
    if (reserve <= 0 || now.isBefore(enoughUntil)) {
      return true;
    }
    boolean enough = folders.stream().allMatch(this::hasRoom);
    if (enough) {
      enoughUntil = now.plus(BETWEEN_LOOKS);
    }
    return enough;
  }

  private boolean hasRoom(Path folder) {
    try {
      return disk.free(folder) >= reserve;
    } catch (IOException unknown) {
      // What cannot be asked is found out by writing.
      return true;
    }
  }

  /** The same failure to write, or {@link StoreFullException} where it is for want of space. */
  public IOException explain(IOException failure) {
    IOException known = failure;
    for (Path folder : folders) {
      known = StoreFullException.recognise(known, folder);
    }
    return known;
  }

  @Override
  public Optional<String> fault() {
    return isEnough()
        ? Optional.empty()
        : Optional.of(
            "less than "
                + reserve
                + " bytes are free on the disk (GATEWAY_MIN_FREE_BYTES), so no job is accepted");
  }

  /**
   * @throws StoreFullException where nothing new may be begun
   */
  @Override
  public void require() throws StoreFullException {
    Optional<String> fault = fault();
    if (fault.isPresent()) {
      throw new StoreFullException(new IOException(fault.get()));
    }
  }
}
