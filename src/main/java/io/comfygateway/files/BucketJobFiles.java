package io.comfygateway.files;

import io.comfygateway.digest.Sha256;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.s3.BucketFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files of jobs in a bucket: {@code <folder>/<job's id>/<name>}. */
public final class BucketJobFiles implements JobFiles {
  private static final String NAME = "/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/[^/]+";

  private final BucketFolder bucket;
  private final FilesState state;
  private final Path temporary;
  private final String folder;
  private final Pattern name;

  /**
   * @param folder the folder in the bucket, such as {@code inputs}
   * @param state whether anything can be stored there
   * @param temporary the folder for files on their way to the bucket or from it
   */
  public BucketJobFiles(BucketFolder bucket, String folder, FilesState state, Path temporary) {
    this.bucket = bucket;
    this.folder = folder + "/";
    this.name = Pattern.compile(Pattern.quote(folder) + NAME);
    this.state = state;
    this.temporary = temporary;
  }

  @Override
  public Draft draft(UUID job, String name) throws IOException {
    state.require();
    PrivateFiles.createDirectories(temporary);
    Path file = temporary.resolve(UUID.randomUUID() + ".part");
    return new Draft() {
      @Override
      public Path path() {
        return file;
      }

      @Override
      public void publish(String contentType) throws IOException {
        bucket.put(place(job) + name, file, Files.size(file), contentType, Sha256.hex(file));
      }

      @Override
      public void close() throws IOException {
        Files.deleteIfExists(file);
      }
    };
  }

  @Override
  public List<String> names(UUID job) throws IOException {
    String place = place(job);
    return bucket.list(place).stream()
        .map(listed -> listed.name().substring(place.length()))
        .sorted()
        .toList();
  }

  @Override
  public boolean has(UUID job, String name) throws IOException {
    return bucket.size(place(job) + name).isPresent();
  }

  @Override
  public Optional<String> typeOf(UUID job, String name) throws IOException {
    return Optional.of(bucket.contentType(place(job) + name));
  }

  @Override
  public InputStream open(UUID job, String name) throws IOException {
    String place = place(job) + name;
    OptionalLong bytes = bucket.size(place);
    if (bytes.isEmpty()) {
      // The whole bucket may be gone.
      state.require();
      throw new NoSuchFileException(place);
    }
    return bucket.open(place, bytes.getAsLong(), 0, bytes.getAsLong(), false);
  }

  @Override
  public LocalFile local(UUID job, String name) throws IOException {
    PrivateFiles.createDirectories(temporary);
    Path file = temporary.resolve(UUID.randomUUID() + ".part");
    try (InputStream in = open(job, name)) {
      return copied(in, file);
    }
  }

  private LocalFile copied(InputStream in, Path file) throws IOException {
    LocalFile copy = new LocalFile(file, true);
    try (OutputStream out = PrivateFiles.newOutputStream(file)) {
      in.transferTo(out);
    } catch (IOException e) {
      copy.close();
      throw state.explain(e);
    }
    return copy;
  }

  @Override
  public void delete(UUID job, String name) throws IOException {
    bucket.delete(place(job) + name);
  }

  @Override
  public void delete(UUID job) throws IOException {
    for (BucketFolder.Listed file : bucket.list(place(job))) {
      bucket.delete(file.name());
    }
  }

  @Override
  public Set<UUID> unchangedSince(Instant since) throws IOException {
    Set<UUID> old = new HashSet<>();
    Set<UUID> changed = new HashSet<>();
    for (BucketFolder.Listed file : bucket.list(folder)) {
      Matcher found = name.matcher(file.name());
      if (found.matches()) {
        (file.modified().isBefore(since) ? old : changed).add(UUID.fromString(found.group(1)));
      }
    }
    old.removeAll(changed);
    return old;
  }

  private String place(UUID job) {
    return folder + job + "/";
  }
}
