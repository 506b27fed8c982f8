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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds and removes uploads. Each belongs to its caller, under the name that ComfyUI would give it.
 */
public final class UploadStore {
  private static final Logger LOG = LoggerFactory.getLogger(UploadStore.class);
  private static final Duration ABANDONED = Duration.ofHours(1);
  private static final long MOST_REPLACED = 256L << 20;

  private final Uploads uploads;
  private final UploadFolder folder;
  private final Rules rules;
  private final InstantSource clock;
  private final ReplacedUploads replaced = new ReplacedUploads(MOST_REPLACED);

  /**
   * The limits of uploads.
   *
   * @param bytesPerKey how many bytes the uploads of one caller may take
   * @param unused how long an upload is kept after its last use by a prompt
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
   * {@code name (1).png}; the same bytes under the same name are one file. A crash leaves either
   * the old file under the name or the new one.
   *
   * @param overwrite whether it replaces the other one
   * @return the name that it has
   * @throws UnfitFileException if the file is not accepted
   * @throws Problem if the caller's uploads would exceed the limits
   */
  public FileReference add(String owner, FileReference wanted, boolean overwrite, InputStream bytes)
      throws IOException, UnfitFileException {
    UUID id = UUID.randomUUID();
    UploadFolder.Kept kept = folder.keep(id, wanted.filename(), bytes);
    Stored stored;
    try {
      stored = uploads.alone(owner, () -> store(owner, wanted, overwrite, id, kept));
    } catch (Problem refused) {
      folder.remove(id);
      throw refused;
    }
    // After another failure the row may still have been stored. If not, expire() removes the file.
    if (!stored.isNew()) {
      folder.remove(id);
    }
    stored.replaced().ifPresent(old -> replaced.add(old.id(), old.file().bytes(), clock.instant()));
    removeReplaced();
    return stored.name();
  }

  private void removeReplaced() throws IOException {
    for (UUID id : replaced.due(clock.instant())) {
      folder.remove(id);
    }
  }

  /**
   * An upload in the database.
   *
   * @param replaced the upload that it replaced
   * @param isNew false if the same file existed
   */
  private record Stored(FileReference name, Optional<Uploads.Upload> replaced, boolean isNew) {}

  private Stored store(
      String owner, FileReference wanted, boolean overwrite, UUID id, UploadFolder.Kept kept) {
    Map<String, Uploads.Upload> taken = uploads.like(owner, wanted);
    FileReference name = wanted;
    for (int number = 1; isAnother(taken.get(name.filename()), kept) && !overwrite; number++) {
      name = wanted.numbered(number);
    }
    Optional<Uploads.Upload> there = Optional.ofNullable(taken.get(name.filename()));
    if (there.isPresent() && !isAnother(there.get(), kept)) {
      uploads.used(there.get().id());
      return new Stored(name, Optional.empty(), false);
    }
    requireRoom(owner, kept.bytes(), there);
    there.ifPresent(upload -> uploads.remove(upload.id()));
    uploads.add(owner, name, id, kept);
    return new Stored(name, there, true);
  }

  private static boolean isAnother(Uploads.@Nullable Upload upload, UploadFolder.Kept kept) {
    return upload != null && !upload.file().sha256().equals(kept.sha256());
  }

  private void requireRoom(String owner, long bytes, Optional<Uploads.Upload> replaced) {
    long freed = replaced.map(upload -> upload.file().bytes()).orElse(0L);
    if (uploads.bytes(owner) - freed + bytes > rules.bytesPerKey()) {
      throw new Problem(
          ProblemType.TOO_LARGE,
          "The uploads of the key \"%s\" would take more than %d bytes (GATEWAY_COMFYUI_UPLOADS_MAX_BYTES). Those that no prompt uses are removed in time."
              .formatted(owner, rules.bytesPerKey()));
    }
    if (replaced.isEmpty() && uploads.count(owner) >= Uploads.MOST) {
      throw new Problem(
          ProblemType.TOO_LARGE,
          "The key \"%s\" has %d uploads, as many as it may have. Those that no prompt uses are removed in time."
              .formatted(owner, Uploads.MOST));
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

  /** Removes uploads that no prompt has used for long, and files of unfinished uploads. */
  public void expire() throws IOException {
    Instant now = clock.instant();
    removeReplaced();
    List<UUID> unused = uploads.unused(now.minus(rules.unused()));
    for (UUID id : unused) {
      // The row goes first: a row without a file would be an upload that cannot be read.
      if (uploads.removeUnused(id, now.minus(rules.unused()))) {
        folder.remove(id);
      }
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
