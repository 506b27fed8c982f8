package io.comfygateway.api;

import io.comfygateway.fetch.InputUrls;
import io.comfygateway.files.FilesState;
import io.comfygateway.files.StoredBytes;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.JobDocument;
import io.comfygateway.media.ContentTypes;
import io.comfygateway.media.FileRules;
import io.comfygateway.media.UnfitFileException;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.prompt.DataUri;
import io.comfygateway.prompt.InputFiles;
import io.comfygateway.upload.Uploads;
import io.comfygateway.workflow.FileSource;
import io.comfygateway.workflow.MediaInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The input files of a submission, kept until its prompt runs. */
public final class MediaFiles {
  private final InputFiles files;
  private final FilesState folder;
  private final InputUrls urls;
  private final Uploads uploads;
  private final FileRules rules;
  private final long largestBody;

  /**
   * Makes the step.
   *
   * @param folder where the files are
   * @param uploads the files that inputs may name by their ids
   * @param rules how many files there may be
   * @param largestBody how large a file inside a JSON body may be, in bytes
   */
  public MediaFiles(
      InputFiles files,
      FilesState folder,
      InputUrls urls,
      Uploads uploads,
      FileRules rules,
      long largestBody) {
    this.files = files;
    this.folder = folder;
    this.urls = urls;
    this.uploads = uploads;
    this.rules = rules;
    this.largestBody = largestBody;
  }

  /**
   * Keeps the files of a submission.
   *
   * @throws Problem where one is not fit for its input, or there are too many
   * @throws IOException where one cannot be stored
   */
  List<JobDocument.Media> keep(Submission submission) throws IOException {
    try {
      return keepAll(submission);
    } catch (IOException e) {
      throw folder.explain(e);
    }
  }

  private List<JobDocument.Media> keepAll(Submission submission) throws IOException {
    if (submission.media.size() > rules.maxFiles()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          submission.media.get(rules.maxFiles()).pointer(),
          "The job has %d input files; at most %d are allowed."
              .formatted(submission.media.size(), rules.maxFiles()));
    }
    List<JobDocument.Media> media = new ArrayList<>();
    for (MediaInput input : submission.media) {
      media.add(keep(submission, input, media.size()));
    }
    return media;
  }

  private JobDocument.Media keep(Submission submission, MediaInput input, int number)
      throws IOException {
    if (input.source() instanceof FileSource.Part part) {
      return keepPart(submission, input, number, part.name());
    }
    String value = ((FileSource.Text) input.source()).text();
    if (InputUrls.isUrl(value)) {
      URI url = urls.require(value, input.pointer());
      String name =
          Optional.ofNullable(url.getPath())
              .map(path -> path.substring(path.lastIndexOf('/') + 1))
              .orElse("");
      return new JobDocument.Media(
          input.nodeId(),
          input.field(),
          input.kind(),
          input.accepts(),
          Optional.empty(),
          Optional.of(url.toString()),
          nameOf(name, input),
          Optional.empty());
    }
    Optional<UUID> upload = FileSource.upload(value);
    if (upload.isPresent()) {
      return keepUpload(submission, input, number, upload.get());
    }
    DataUri data = DataUri.parse(value, largestBody, input.pointer());
    return kept(submission, input, number, new ByteArrayInputStream(data.bytes()), "");
  }

  private JobDocument.Media keepPart(
      Submission submission, MediaInput input, int number, String field) throws IOException {
    ReceivedForm.File part =
        submission.form.files().stream()
            .filter(file -> file.field().equals(field))
            .findFirst()
            .orElseThrow(
                () ->
                    Problem.ofField(
                        ProblemType.INVALID_INPUT,
                        input.pointer(),
                        "The form has no file part " + field + "."));
    try (InputStream bytes = Files.newInputStream(part.path())) {
      String name = Optional.ofNullable(part.filename()).orElse("");
      return kept(submission, input, number, bytes, name);
    }
  }

  private JobDocument.Media keepUpload(Submission submission, MediaInput input, int number, UUID id)
      throws IOException {
    Uploads.Upload upload =
        uploads
            .find(submission.caller.name(), id)
            .orElseThrow(
                () ->
                    Problem.ofField(
                        ProblemType.INVALID_INPUT,
                        input.pointer(),
                        "This key has no upload %s; it may have expired. Send the file to POST /uploads, and then its id."
                            .formatted(id)));
    uploads.used(id);
    StoredBytes content = upload.file().content();
    content.require();
    try (InputStream bytes = content.open(0, upload.file().bytes())) {
      return kept(submission, input, number, bytes, upload.file().filename()).of(id);
    }
  }

  /**
   * Keeps a file of a job for another one of the same caller; where that of the job is gone, it is
   * taken from the upload that it came from.
   *
   * @throws NoSuchFileException if neither is kept any more
   */
  JobDocument.Media again(UUID job, String owner, int number, JobDocument.Media file)
      throws IOException {
    try {
      return files.copy(job, number, file);
    } catch (NoSuchFileException gone) {
      Uploads.Upload upload =
          file.upload().flatMap(id -> uploads.find(owner, id)).orElseThrow(() -> gone);
      StoredBytes content = upload.file().content();
      content.require();
      try (InputStream bytes = content.open(0, upload.file().bytes())) {
        return files.store(job, number, file, bytes);
      }
    }
  }

  private JobDocument.Media kept(
      Submission submission, MediaInput input, int number, InputStream bytes, String given)
      throws IOException {
    String name = nameOf(given, input);
    try {
      InputFiles.Kept kept = files.keep(submission.id, number, bytes, input, name);
      return new JobDocument.Media(
          input.nodeId(),
          input.field(),
          input.kind(),
          input.accepts(),
          Optional.of(kept.location()),
          Optional.empty(),
          ContentTypes.named(name, kept.contentType()),
          Optional.of(kept.contentType()));
    } catch (UnfitFileException unfit) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          input.pointer(),
          "The file for "
              + (input.pointer().isEmpty() ? input.address().toString() : input.pointer())
              + " "
              + unfit.getMessage()
              + ".");
    }
  }

  private static String nameOf(String given, MediaInput input) {
    return given.isBlank() ? input.nodeId().replace(':', '-') + "-" + input.field() : given;
  }

  /** Removes the files of a job that was not stored. What cannot be removed is swept later. */
  void forget(UUID job) {
    files.forget(job);
  }
}
