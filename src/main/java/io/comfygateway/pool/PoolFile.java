package io.comfygateway.pool;

import io.comfygateway.workflow.FileFault;
import io.comfygateway.workflow.FileStamp;
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
 * The file that lists the ComfyUI servers, watched while the gateway runs. What it says is taken
 * over; a file that has a fault, or is gone, leaves the servers as they are.
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
   * @param window how many prompts a server is given at a time that does not say so itself
   * @param environment what {@code ${NAME}} in the file stands for
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
   * @param urls those named without a file, which hold where there is none
   */
  public synchronized List<Backend> initial(List<Backend> urls) {
    return Files.exists(file) ? read(urls) : urls;
  }

  /**
   * Takes over what has changed; called again and again, from one thread at a time.
   *
   * @return whether anything was taken over
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
      // A change that comes while it is read is seen the next time.
      seen = Objects.equals(stamps, stamps()) ? stamps : List.of();
      tell(reading.faults());
      return reading.faults().isEmpty() ? reading.backends() : otherwise;
    } catch (NoSuchFileException e) {
      seen = stamps;
      tell(
          List.of(
              new FileFault(
                  file.toString(),
                  0,
                  "",
                  "The file is gone; the backends that it named stay",
                  "put it back, or start anew to use COMFYUI_URLS")));
    } catch (IOException e) {
      seen = stamps;
      tell(
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

  private void tell(List<FileFault> found) {
    if (!found.equals(faults)) {
      found.forEach(fault -> LOG.error("backends not taken over: {}", fault));
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
