package io.comfygateway.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.files.JobFiles;
import io.comfygateway.files.LocalFile;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.media.ContentTypes;
import io.comfygateway.media.FileRules;
import io.comfygateway.media.UnfitFileException;
import io.comfygateway.store.SourceStream;
import io.comfygateway.store.StoreUnavailableException;
import io.comfygateway.workflow.MediaInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file inputs of jobs, stored until they are on the backend. */
public final class InputFiles {
  private static final Logger LOG = LoggerFactory.getLogger(InputFiles.class);
  private static final String UPLOAD = "POST /upload/image";

  // These reject the file itself; any other status below 500 rejects the sender.
  private static final Set<Integer> REFUSED = Set.of(400, 413, 415, 422);
  private final JobFiles files;
  private final ObjectMapper json;
  private final FileRules rules;

  /**
   * Makes the steps.
   *
   * @param files where files are stored
   * @param rules which files are accepted
   */
  public InputFiles(JobFiles files, ObjectMapper json, FileRules rules) {
    this.files = files;
    this.json = json;
    this.rules = rules;
  }

  /**
   * A stored file.
   *
   * @param location where it is stored, for {@link JobDocument.Media#location()}
   * @param contentType the media type of its bytes
   */
  public record Kept(String location, String contentType) {}

  /** The job and the name in it that a location is made of. */
  private record Location(UUID job, String name) {
    static Location of(String text) {
      int slash = text.indexOf('/');
      return new Location(UUID.fromString(text.substring(0, slash)), text.substring(slash + 1));
    }

    @Override
    public String toString() {
      return job + "/" + name;
    }
  }

  /**
   * Stores a file of a job that is about to be accepted. It survives a crash when this returns.
   *
   * @param input the input that it is for
   * @param filename its name, as the caller gave it
   * @throws UnfitFileException where the input does not accept such a file
   */
  public Kept keep(UUID job, int number, InputStream bytes, MediaInput input, String filename)
      throws IOException, UnfitFileException {
    Location location = new Location(job, Integer.toString(number));
    try (JobFiles.Draft draft = files.draft(job, location.name())) {
      try (OutputStream out = PrivateFiles.newOutputStream(draft.path())) {
        bytes.transferTo(out);
      }
      String type = rules.typeOf(input.kind(), input.accepts(), filename, draft.path());
      draft.publish(type);
      return new Kept(location.toString(), type);
    }
  }

  /**
   * Copies a file of one job for another that is about to be accepted. It survives a crash when
   * this returns.
   *
   * @throws java.nio.file.NoSuchFileException if it is no longer kept
   */
  public JobDocument.Media copy(UUID job, int number, JobDocument.Media media) throws IOException {
    Location from =
        Location.of(
            media
                .location()
                .orElseThrow(() -> new IllegalStateException("the file is not stored yet")));
    try (InputStream bytes = files.open(from.job(), from.name())) {
      return store(job, number, media, bytes);
    }
  }

  /** Stores a file for a job that is about to be accepted, as {@link #copy} does. */
  public JobDocument.Media store(UUID job, int number, JobDocument.Media media, InputStream bytes)
      throws IOException {
    Location to = new Location(job, Integer.toString(number));
    String type = media.contentType().orElse("application/octet-stream");
    try (JobFiles.Draft draft = files.draft(to.job(), to.name())) {
      try (OutputStream out = PrivateFiles.newOutputStream(draft.path())) {
        bytes.transferTo(out);
      }
      draft.publish(type);
    }
    return media.at(to.toString(), type, media.filename());
  }

  /** Removes the files of a job. */
  public void remove(UUID job) throws IOException {
    files.delete(job);
  }

  /** Removes the files of a job that needs them no more. What stays is removed by the sweep. */
  public void forget(UUID job) {
    try {
      files.delete(job);
    } catch (IOException e) {
      LOG.debug("input files cannot be removed now job={}", job, e);
    }
  }

  /**
   * Removes the files of jobs that have ended or were never accepted.
   *
   * @param since jobs whose files were written later are left out
   * @param inWork of some jobs, those that are waiting or in work
   * @return of how many jobs
   */
  public int sweep(Instant since, UnaryOperator<Set<UUID>> inWork) throws IOException {
    Set<UUID> old = new HashSet<>(files.unchangedSince(since));
    if (!old.isEmpty()) {
      old.removeAll(inWork.apply(Set.copyOf(old)));
    }
    for (UUID job : old) {
      files.delete(job);
    }
    return old.size();
  }

  /**
   * Stores a file that was fetched from a URL. It survives a crash when this returns.
   *
   * @throws InputUnusableException where the input does not accept such a file; the message
   *     continues "the file …"
   * @throws StoreUnavailableException where the gateway's own store failed
   */
  public void keepFetched(UUID job, JobDocument.Media media, InputStream bytes)
      throws IOException, InputUnusableException {
    SourceStream source = new SourceStream(bytes);
    try (JobFiles.Draft draft = files.draft(job, fetchedName(job, media))) {
      copy(source, draft.path());
      String type = rules.typeOf(media.kind(), media.accepts(), media.filename(), draft.path());
      draft.publish(type);
    } catch (UnfitFileException unfit) {
      throw new InputUnusableException(unfit.getMessage());
    } catch (StoreUnavailableException e) {
      throw e;
    } catch (IOException e) {
      throw source.broke() ? e : new StoreUnavailableException(e);
    }
  }

  /** A file that was fetched, with its location; empty where it was not fetched yet. */
  public Optional<JobDocument.Media> fetched(UUID job, JobDocument.Media media) throws IOException {
    String name = fetchedName(job, media);
    if (!files.has(job, name)) {
      return Optional.empty();
    }
    try {
      Optional<String> known = files.typeOf(job, name);
      String type = known.isPresent() ? known.get() : typeOf(job, name, media);
      return Optional.of(
          media.at(
              new Location(job, name).toString(),
              type,
              ContentTypes.named(media.filename(), type)));
    } catch (UnfitFileException settingsHaveChanged) {
      return Optional.empty();
    }
  }

  private String typeOf(UUID job, String name, JobDocument.Media media)
      throws IOException, UnfitFileException {
    try (LocalFile file = files.local(job, name)) {
      return rules.typeOf(media.kind(), media.accepts(), media.filename(), file.path());
    }
  }

  private static String fetchedName(UUID job, JobDocument.Media media) {
    return "fetched-" + UploadName.of(job, media.node() + "-" + media.field()).filename();
  }

  private void copy(InputStream bytes, Path file) throws IOException, InputUnusableException {
    try (OutputStream out = PrivateFiles.newOutputStream(file)) {
      byte[] buffer = new byte[64 * 1024];
      long total = 0;
      for (int n = bytes.read(buffer); n >= 0; n = bytes.read(buffer)) {
        total += n;
        if (total > rules.maxBytes()) {
          throw new InputUnusableException("is larger than " + rules.maxBytes() + " bytes");
        }
        out.write(buffer, 0, n);
      }
    }
  }

  /** The multipart body of {@code POST /upload/image}. */
  public HttpEntity uploadBody(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("media") JobDocument.Media media)
      throws IOException {
    Location location = Location.of(media.location().orElseThrow());
    LocalFile file = files.local(location.job(), location.name()).closedWith(exchange);
    HttpEntity form =
        UploadForm.of(
            UploadName.of(job.id(), media.filename()),
            media.contentType().orElse("application/octet-stream"),
            file.path());
    exchange.setProperty("contentType", form.getContentType());
    return form;
  }

  /** Sets the file name that ComfyUI answered in the graph. */
  public void uploaded(
      @ExchangeProperty("document") JobDocument document,
      @ExchangeProperty("media") JobDocument.Media media,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Header(Exchange.CONTENT_TYPE) String contentType,
      @Header("Retry-After") String retryAfter,
      @Body InputStream answer)
      throws IOException, InputUnusableException {
    if (status == 503 || (status >= 300 && status < 500 && !REFUSED.contains(status))) {
      throw RequestRejectedException.of(status, UPLOAD, contentType, retryAfter);
    }
    if (status >= 500) {
      throw new IOException("it answered " + status + " to " + UPLOAD);
    }
    Optional<UploadName> name =
        status == 200 && answer != null ? named(contentType, answer) : Optional.empty();
    if (name.isEmpty()) {
      throw new InputUnusableException(
          "ComfyUI does not take the file for node "
              + media.node()
              + " (it answered "
              + status
              + ").");
    }
    ObjectNode node = (ObjectNode) document.prompt().path(media.node());
    ((ObjectNode) node.path("inputs")).put(media.field(), name.get().inputValue());
  }

  private Optional<UploadName> named(String contentType, InputStream answer) throws IOException {
    try {
      return UploadName.ofAnswer(json.readTree(answer));
    } catch (JsonProcessingException notJson) {
      throw new IOException(
          "it answered 200 to %s with %s that is not JSON; does a login page answer in its place?"
              .formatted(UPLOAD, contentType == null ? "no content type" : contentType));
    }
  }
}
