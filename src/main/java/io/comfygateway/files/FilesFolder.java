package io.comfygateway.files;

import io.comfygateway.store.StoreFullException;
import io.comfygateway.store.StoreUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder in which the files of jobs are kept. It carries a mark, by which it is distinguished
 * from what is left in its place when a network or container mount is lost: an empty folder, into
 * which files could be written that nobody finds again.
 */
public final class FilesFolder implements FilesState {
  private static final Logger LOG = LoggerFactory.getLogger(FilesFolder.class);

  private final Path folder;
  private final Optional<String> mark;
  private final FreeSpace space;
  private final AtomicReference<Optional<String>> told = new AtomicReference<>(Optional.empty());

  /**
   * @param mark what its mark must say; empty where it has none
   */
  public FilesFolder(Path folder, Optional<String> mark, FreeSpace space) {
    this.folder = folder;
    this.mark = mark;
    this.space = space;
  }

  /** Where the mark of a folder lies. */
  public static Path markFile(Path folder) {
    return folder.resolve("files-id");
  }

  /**
   * The mark of a folder; empty where it has none.
   *
   * @throws IOException where it cannot be read
   */
  public static Optional<String> markOf(Path folder) throws IOException {
    try {
      return Optional.of(Files.readString(markFile(folder), StandardCharsets.UTF_8).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<String> fault() {
    Optional<String> fault = unusable().or(space::fault);
    Optional<String> before = told.getAndSet(fault);
    if (!before.equals(fault)) {
      fault.ifPresentOrElse(
          reason -> LOG.warn("store is down folder={} reason={}", folder, reason),
          () -> LOG.info("store is up folder={}", folder));
    }
    return fault;
  }

  @Override
  public void require() throws IOException {
    if (fault().isPresent()) {
      Optional<String> unusable = unusable();
      if (unusable.isPresent()) {
        throw new StoreUnavailableException(new IOException(unusable.get()));
      }
      space.require();
    }
  }

  @Override
  public IOException explain(IOException failure) {
    IOException known = space.explain(failure);
    return known instanceof StoreFullException || known instanceof StoreUnavailableException
        ? known
        : new StoreUnavailableException(failure);
  }

  private Optional<String> unusable() {
    try {
      if (mark.isPresent() && !markOf(folder).equals(mark)) {
        return Optional.of(
            "the folder of files is not the one that it was at the start: its file files-id is"
                + " missing or another one; is it mounted?");
      }
    } catch (IOException e) {
      return Optional.of("the folder of files cannot be read");
    }
    return Files.isWritable(folder)
        ? Optional.empty()
        : Optional.of("the folder of files is not writable");
  }
}
