package io.comfygateway.pool;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.FileStamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that lists the ComfyUI servers, watched while the gateway runs. Its changes are applied;
 * a file that has a fault, or is missing, leaves the servers as they are.
 */
public final class PoolFile {
  private static final Logger LOG = LoggerFactory.getLogger(PoolFile.class);

  private final Path file;
  private final int window;
  private final Map<String, String> environment;
  private List<FileStamp> seen = List.of();
  private Set<Path> certificates = Set.of();
  private boolean governs;
  private volatile List<FileFault> faults = List.of();

  /**
   * Makes the watch.
   *
   * @param window the window of servers that set none
   * @param environment the values of {@code ${NAME}} in the file
   */
  public PoolFile(Path file, int window, Map<String, String> environment) {
    this.file = file;
    this.window = window;
    this.environment = Map.copyOf(environment);
  }

  /** What is wrong with the file, until it is fixed. */
  public List<FileFault> faults() {
    return faults;
  }

  /**
   * The servers at the start.
   *
   * @param urls the servers to use where there is no file
   */
  public synchronized List<Backend> initial(List<Backend> urls) {
    return Files.exists(file) ? read(urls) : urls;
  }

  /**
   * Applies what has changed; called at intervals, by one thread at a time.
   *
   * @return whether the pool has changed
   */
  public synchronized boolean refresh(Backends backends) {
    if (!stamps().equals(seen) && (governs || Files.exists(file))) {
      List<Backend> before = backends.configured();
      List<Backend> now = read(before);
      if (!now.equals(before)) {
        backends.replace(now);
        return true;
      }
    }
    return false;
  }

  private List<Backend> read(List<Backend> otherwise) {
    governs = true;
    List<FileStamp> stamps = stamps();
    try {
      BackendsFile.Reading reading = BackendsFile.read(file, window, environment);
      certificates = new TreeSet<>(reading.certificates());
      // A change during the reading is noticed the next time.
      seen = Objects.equals(stamps, stamps()) ? stamps : List.of();
      report(reading.faults());
      return reading.faults().isEmpty() ? reading.backends() : otherwise;
    } catch (NoSuchFileException e) {
      seen = stamps;
      report(
          List.of(
              new FileFault(
                  file.toString(),
                  0,
                  "",
                  "The file is missing; its backends stay in the pool",
                  "restore it, or restart the gateway to use COMFYUI_URLS")));
    } catch (IOException e) {
      seen = stamps;
      report(
          List.of(
              new FileFault(
                  file.toString(),
                  0,
                  "",
                  "The file cannot be read (" + e.getClass().getSimpleName() + ")",
                  "it must be UTF-8 text that this user may read")));
    }
    return otherwise;
  }

  private void report(List<FileFault> found) {
    if (!found.equals(faults)) {
      found.forEach(fault -> LOG.error("backends unchanged: {}", fault));
    }
    faults = List.copyOf(found);
  }

  private List<FileStamp> stamps() {
    List<FileStamp> stamps = new ArrayList<>();
    stamps.add(FileStamp.of(file));
    certificates.forEach(certificate -> stamps.add(FileStamp.of(certificate)));
    return stamps;
  }
}
