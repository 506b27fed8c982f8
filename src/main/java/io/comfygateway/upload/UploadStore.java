package io.comfygateway.upload;

import io.comfygateway.media.UnfitFileException;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;

/**
 * Adds and removes uploads, each its caller's own, under the names that ComfyUI would give them.
 */
public final class UploadStore {
  private static final Logger LOG = LoggerFactory.getLogger(UploadStore.class);
  private static final int MOST_NUMBERS = 10_000;
  private static final Duration ABANDONED = Duration.ofHours(1);

  private final Uploads uploads;
  private final UploadFolder folder;
  private final Rules rules;
  private final InstantSource clock;

  /**
   * How much, and how long.
   *
   * @param bytesPerKey how many bytes the uploads of one caller may take
   * @param unused how long an upload is kept after a prompt has used it last
   */
  public record Rules(long bytesPerKey, Duration unused) {}

  public UploadStore(Uploads uploads, UploadFolder folder, Rules rules, InstantSource clock) {
    this.uploads = uploads;
    this.folder = folder;
    this.rules = rules;
    this.clock = clock;
  }

  /**
   * Stores a file. As with ComfyUI, another file of the same name stays, and the new one is called
   * {@code name (1).png}; the same bytes under the same name are one file.
   *
   * @param overwrite whether it takes the place of the other one
   * @return the name that it has
   * @throws UnfitFileException if the file is not accepted
   * @throws Problem if the caller's uploads would take too much
   */
  public FileReference add(String owner, FileReference wanted, boolean overwrite, InputStream bytes)
      throws IOException, UnfitFileException {
    UUID id = UUID.randomUUID();
    UploadFolder.Kept kept = folder.keep(id, wanted.filename(), bytes);
    boolean isStored = false;
    try {
      if (uploads.bytes(owner) + kept.bytes() > rules.bytesPerKey()) {
        throw new Problem(
            ProblemType.TOO_LARGE,
            "The uploads of the key \"%s\" would take more than %d bytes (GATEWAY_COMFYUI_UPLOADS_MAX_BYTES). Those that no prompt uses are removed in time."
                .formatted(owner, rules.bytesPerKey()));
      }
      FileReference name = wanted;
      for (int number = 1; number <= MOST_NUMBERS; number++) {
        Optional<Uploads.Upload> there = uploads.find(owner, name);
        if (there.isPresent() && overwrite) {
          remove(there.get().id());
        } else if (there.isPresent() && there.get().file().sha256().equals(kept.sha256())) {
          uploads.used(there.get().id());
          return name;
        } else if (there.isPresent()) {
          name = wanted.numbered(number);
          continue;
        }
        if (isAdded(owner, name, id, kept)) {
          isStored = true;
          return name;
        }
      }
      throw new Problem(ProblemType.INVALID_REQUEST, "Too many uploads have this name.");
    } finally {
      if (!isStored) {
        folder.remove(id);
      }
    }
  }

  private boolean isAdded(String owner, FileReference name, UUID id, UploadFolder.Kept kept) {
    try {
      uploads.add(owner, name, id, kept);
      return true;
    } catch (DataIntegrityViolationException anotherUploadWasFaster) {
      return false;
    }
  }

  /**
   * Removes an upload of a caller. Jobs that were accepted with it have a copy of its file.
   *
   * @return false if the caller has no such upload
   */
  public boolean remove(String owner, UUID id) throws IOException {
    boolean isOwn = uploads.find(owner, id).isPresent();
    if (isOwn) {
      remove(id);
    }
    return isOwn;
  }

  /** When an upload is removed, if no job uses it until then. */
  public Instant expires(Uploads.Upload upload) {
    return upload.used().plus(rules.unused());
  }

  // The row goes first: a row without a file would be an upload that cannot be read.
  private void remove(UUID id) throws IOException {
    uploads.remove(id);
    folder.remove(id);
  }

  /** Removes what no prompt has used for long, and the files of uploads that were not finished. */
  public void expire() throws IOException {
    Instant now = clock.instant();
    List<UUID> unused = uploads.unused(now.minus(rules.unused()));
    for (UUID id : unused) {
      remove(id);
    }
    Set<UUID> old = new HashSet<>(folder.olderThan(now.minus(ABANDONED)));
    old.removeAll(uploads.known(Set.copyOf(old)));
    for (UUID id : old) {
      folder.remove(id);
    }
    if (!unused.isEmpty() || !old.isEmpty()) {
      LOG.info("removed uploads unused={} unfinished={}", unused.size(), old.size());
    }
  }
}
