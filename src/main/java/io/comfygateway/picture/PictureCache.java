package io.comfygateway.picture;

import io.comfygateway.digest.Sha256;
import io.comfygateway.disk.PrivateFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converted pictures in a folder of this gateway. Those that were used least recently make room for
 * newer ones, and each is removed when it has not been used for a while. The time of a file is that
 * of its last use.
 */
public final class PictureCache {
  private static final Logger LOG = LoggerFactory.getLogger(PictureCache.class);
  private static final String UNFINISHED = ".part";
  private static final Duration ABANDONED = Duration.ofHours(1);
  // Shrinks to this part of the limit, so that not every new picture removes an old one.
  private static final double LEFT = 0.9;
  private static final long BLOCK = 4_096;
  private static final int MOST_DIGESTS = 10_000;

  private final Path folder;
  private final Rules rules;
  private final InstantSource clock;
  private long bytes = -1;
  private final Map<String, String> digests =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
              return size() > MOST_DIGESTS;
            }
          });

  /**
   * The limits of the cache.
   *
   * @param bytes how many bytes all pictures may take
   * @param unused how long a picture is kept after its last use
   */
  public record Rules(long bytes, Duration unused) {}

  private record Kept(Path file, long bytes, Instant used) {}

  public PictureCache(Path folder, Rules rules, InstantSource clock) {
    this.folder = folder;
    this.rules = rules;
    this.clock = clock;
  }

  /** A cached picture, which counts as used now. */
  public Optional<ConvertedPicture> find(String name, PictureFormat format) throws IOException {
    Path file = folder.resolve(name);
    try {
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
      return Optional.of(facts(file, format));
    } catch (NoSuchFileException notThere) {
      return Optional.empty();
    }
  }

  private ConvertedPicture facts(Path file, PictureFormat format) throws IOException {
    String name = file.getFileName().toString();
    String known = digests.get(name);
    String digest = known == null ? Sha256.hex(file) : known;
    digests.put(name, digest);
    return new ConvertedPicture(file, format.contentType(), Files.size(file), digest);
  }

  /** Where to write a picture before it is {@linkplain #keep kept}. */
  public Path draft() throws IOException {
    PrivateFiles.createDirectories(folder);
    Path file = folder.resolve(UUID.randomUUID() + UNFINISHED);
    PrivateFiles.newOutputStream(file).close();
    return file;
  }

  /** Keeps a picture under a name. */
  public ConvertedPicture keep(Path draft, String name, PictureFormat format) throws IOException {
    Path file = folder.resolve(name);
    digests.remove(name);
    Files.setLastModifiedTime(draft, FileTime.from(clock.instant()));
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    ConvertedPicture kept = facts(file, format);
    makeRoom(room(kept.bytes()));
    return kept;
  }

  // A file takes at least one block on the disk.
  private static long room(long bytes) {
    return Math.max(BLOCK, bytes);
  }

  private synchronized void makeRoom(long more) throws IOException {
    bytes = bytes < 0 ? all().stream().mapToLong(Kept::bytes).sum() : bytes + more;
    if (bytes > rules.bytes()) {
      shrink(all());
    }
  }

  /** Removes pictures that were not used for a while, and drafts that a crash left behind. */
  public synchronized void expire() throws IOException {
    Instant now = clock.instant();
    List<Kept> left = new ArrayList<>();
    int removed = 0;
    for (Kept kept : all()) {
      boolean isUnfinished = kept.file().getFileName().toString().endsWith(UNFINISHED);
      Duration most = isUnfinished ? ABANDONED : rules.unused();
      if (kept.used().isAfter(now.minus(most))) {
        left.add(kept);
      } else {
        removed += Files.deleteIfExists(kept.file()) ? 1 : 0;
      }
    }
    if (removed > 0) {
      LOG.info("removed converted pictures count={}", removed);
    }
    bytes = left.stream().mapToLong(Kept::bytes).sum();
    if (bytes > rules.bytes()) {
      shrink(left);
    }
  }

  private void shrink(List<Kept> all) throws IOException {
    long total = all.stream().mapToLong(Kept::bytes).sum();
    for (Kept oldest : all.stream().sorted(Comparator.comparing(Kept::used)).toList()) {
      if (total <= rules.bytes() * LEFT) {
        break;
      }
      if (!oldest.file().getFileName().toString().endsWith(UNFINISHED)) {
        Files.deleteIfExists(oldest.file());
        total -= oldest.bytes();
      }
    }
    bytes = total;
  }

  private List<Kept> all() throws IOException {
    List<Kept> all = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          read(file).ifPresent(all::add);
        }
      }
    }
    return all;
  }

  private static Optional<Kept> read(Path file) throws IOException {
    try {
      BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
      return facts.isRegularFile()
          ? Optional.of(new Kept(file, room(facts.size()), facts.lastModifiedTime().toInstant()))
          : Optional.empty();
    } catch (NoSuchFileException removed) {
      return Optional.empty();
    }
  }
}
