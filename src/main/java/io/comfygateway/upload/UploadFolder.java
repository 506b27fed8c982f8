package io.comfygateway.upload;

import io.comfygateway.digest.Sha256;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.files.JobFiles;
import io.comfygateway.files.LocalFile;
import io.comfygateway.files.StoredBytes;
import io.comfygateway.media.FileRules;
import io.comfygateway.media.UnfitFileException;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.FileKind;
import io.comfygateway.workflow.InputType;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The bytes of uploads, each under an id of its own. */
public final class UploadFolder {
  private static final String NAME = "file";

  private final JobFiles files;
  private final FileRules rules;

  /**
   * Creates it.
   *
   * @param files where the files are
   * @param rules which files are accepted
   */
  public UploadFolder(JobFiles files, FileRules rules) {
    this.files = files;
    this.rules = rules;
  }

  /** The facts about a stored file. */
  record Kept(String contentType, long bytes, String sha256) {}

  /**
   * Stores a file. It survives a crash when this returns.
   *
   * @param filename its name, which decides between formats with the same first bytes
   * @throws UnfitFileException if such a file is not accepted
   */
  Kept keep(UUID id, String filename, InputStream bytes) throws IOException, UnfitFileException {
    MessageDigest digest = Sha256.newDigest();
    try (JobFiles.Draft draft = files.draft(id, NAME)) {
      try (OutputStream out =
          new DigestOutputStream(PrivateFiles.newOutputStream(draft.path()), digest)) {
        bytes.transferTo(out);
      }
      String type = rules.typeOf(InputType.FILE, FileKind.USUAL, filename, draft.path());
      Kept kept =
          new Kept(type, Files.size(draft.path()), HexFormat.of().formatHex(digest.digest()));
      draft.publish(type);
      return kept;
    }
  }

  void remove(UUID id) throws IOException {
    files.delete(id);
  }

  /** The ids of the files that were stored before a time. */
  Set<UUID> olderThan(Instant time) throws IOException {
    return files.unchangedSince(time);
  }

  /** The bytes of an upload. */
  StoredBytes content(UUID id) {
    return new StoredBytes() {
      @Override
      public void require() {
        try {
          if (!files.has(id, NAME)) {
            throw new Problem(ProblemType.OUTPUT_EXPIRED, "The upload is no longer kept.");
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }

      @Override
      public InputStream open(long offset, long length) throws IOException {
        InputStream in = files.open(id, NAME);
        in.skipNBytes(offset);
        return in;
      }

      @Override
      public LocalFile local() throws IOException {
        return files.local(id, NAME);
      }

      @Override
      public Optional<Path> file() {
        return Optional.empty();
      }
    };
  }
}
