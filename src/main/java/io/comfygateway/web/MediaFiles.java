package io.comfygateway.web;

import io.comfygateway.backend.DataUri;
import io.comfygateway.backend.InputFiles;
import io.comfygateway.delivery.UrlGuard;
import io.comfygateway.job.JobDocument;
import io.comfygateway.output.ContentTypes;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.InputType;
import io.comfygateway.workflow.MediaInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The files that a submission brings along: kept until its prompt runs. */
public final class MediaFiles {
  private static final Map<String, String> ENDINGS =
      Map.of(
          "image/png",
          ".png",
          "image/jpeg",
          ".jpg",
          "image/webp",
          ".webp",
          "image/gif",
          ".gif",
          "audio/mpeg",
          ".mp3",
          "audio/wav",
          ".wav",
          "audio/flac",
          ".flac",
          "video/mp4",
          ".mp4",
          "video/webm",
          ".webm");
  private final InputFiles files;
  private final UrlGuard guard;
  private final long largest;

  /**
   * Makes the step.
   *
   * @param largest how large a file inside a JSON body may be, in bytes
   */
  public MediaFiles(InputFiles files, UrlGuard guard, long largest) {
    this.files = files;
    this.guard = guard;
    this.largest = largest;
  }

  List<JobDocument.Media> keep(Submission submission) throws IOException {
    List<JobDocument.Media> media = new ArrayList<>();
    for (MediaInput input : submission.media) {
      media.add(keep(submission, input, media.size()));
    }
    return media;
  }

  private JobDocument.Media keep(Submission submission, MediaInput input, int number)
      throws IOException {
    String value = input.value();
    if (value.startsWith(RequestReader.FORM_FILE)) {
      return keepPart(submission, input, number, value.substring(RequestReader.FORM_FILE.length()));
    }
    if (value.startsWith("http://") || value.startsWith("https://")) {
      URI url = guard.check(value, input.pointer());
      String name =
          Optional.ofNullable(url.getPath())
              .map(path -> path.substring(path.lastIndexOf('/') + 1))
              .orElse("");
      return media(
          input,
          Optional.empty(),
          Optional.of(value),
          name.isBlank() ? nameFor(input, Optional.empty()) : name,
          Optional.empty());
    }
    DataUri data = DataUri.parse(value, largest, input.pointer());
    Optional<String> type = data.contentType().or(() -> ContentTypes.ofBytes(data.bytes()));
    String location = files.keep(submission.id, number, new ByteArrayInputStream(data.bytes()));
    return media(input, Optional.of(location), Optional.empty(), nameFor(input, type), type);
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
      String location = files.keep(submission.id, number, bytes);
      String name =
          part.filename() == null || part.filename().isBlank()
              ? nameFor(input, Optional.empty())
              : part.filename();
      return media(
          input,
          Optional.of(location),
          Optional.empty(),
          name,
          Optional.ofNullable(part.contentType()));
    }
  }

  private static JobDocument.Media media(
      MediaInput input,
      Optional<String> location,
      Optional<String> url,
      String name,
      Optional<String> type) {
    return new JobDocument.Media(input.nodeId(), input.field(), location, url, name, type);
  }

  private static String nameFor(MediaInput input, Optional<String> type) {
    String fallback = input.kind() == InputType.IMAGE ? ".png" : "";
    return input.nodeId().replace(':', '-')
        + "-"
        + input.field()
        + type.map(known -> ENDINGS.getOrDefault(known, fallback)).orElse(fallback);
  }

  void forget(UUID job) throws IOException {
    files.forget(job);
  }
}
