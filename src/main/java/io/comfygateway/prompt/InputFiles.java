package io.comfygateway.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.disk.DurableFolder;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.SourceStream;
import io.comfygateway.job.StoreState;
import io.comfygateway.job.StoreUnavailableException;
import io.comfygateway.media.ContentTypes;
import io.comfygateway.media.FileRules;
import io.comfygateway.media.UnfitFileException;
import io.comfygateway.workflow.MediaInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

/** The file inputs of jobs, stored in a folder until they are on the backend. */
public final class InputFiles {
  private static final Logger LOG = LoggerFactory.getLogger(InputFiles.class);
  private static final int ID_LENGTH = 36;
  private static final String UPLOAD = "POST /upload/image";

  // These reject the file itself; any other status below 500 rejects the sender.
  private static final Set<Integer> REFUSED = Set.of(400, 413, 415, 422);
  private final Path folder;
  private final StoreState state;
  private final ObjectMapper json;
  private final FileRules rules;

  /**
   * Makes the steps.
   *
   * @param folder where files are stored
   * @param state whether anything can be stored there
   * @param rules which files are accepted
   */
  public InputFiles(Path folder, StoreState state, ObjectMapper json, FileRules rules) {
    this.folder = folder;
    this.state = state;
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

  /**
   * Stores a file of a job that is about to be accepted. It is on the disk when this returns.
   *
   * @param input the input that it is for
   * @param filename its name, as the caller gave it
   * @throws UnfitFileException where the input does not accept such a file
   */
  public Kept keep(UUID job, int number, InputStream bytes, MediaInput input, String filename)
      throws IOException, UnfitFileException {
    String location = job + "/" + number;
    Path file = folder.resolve(location);
    state.require();
    PrivateFiles.createDirectories(DurableFolder.of(file));
    try (OutputStream out = PrivateFiles.newOutputStream(file)) {
      bytes.transferTo(out);
    }
    Kept kept = new Kept(location, rules.typeOf(input.kind(), input.accepts(), filename, file));
    DurableFolder.syncFile(file);
    DurableFolder.sync(folder);
    return kept;
  }

  /** Removes the files of a job. */
  public void forget(UUID job) throws IOException {
    Path place = folder.resolve(job.toString());
    if (Files.isDirectory(place)) {
      try (var files = Files.list(place)) {
        for (Path file : files.toList()) {
          Files.deleteIfExists(file);
        }
      }
      removeFolder(place);
    }
  }

  // A file may still be arriving in it; the sweep removes that later.
  private static void removeFolder(Path place) throws IOException {
    try {
      Files.deleteIfExists(place);
    } catch (DirectoryNotEmptyException e) {
      LOG.debug("a file arrived meanwhile folder={}", place);
    }
  }

  /**
   * Removes the files of jobs that have ended or were never accepted.
   *
   * @param since folders that were written to later are kept
   * @param inWork of some jobs, those that are waiting or in work
   * @return of how many jobs
   */
  public int sweep(Instant since, UnaryOperator<Set<UUID>> inWork) throws IOException {
    Set<UUID> old = new HashSet<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> places = Files.newDirectoryStream(folder)) {
        for (Path place : places) {
          String name = place.getFileName().toString();
          if (name.length() == ID_LENGTH
              && Files.getLastModifiedTime(place).toInstant().isBefore(since)) {
            old.add(UUID.fromString(name));
          }
        }
      }
    }
    if (!old.isEmpty()) {
      old.removeAll(inWork.apply(Set.copyOf(old)));
    }
    for (UUID job : old) {
      forget(job);
    }
    return old.size();
  }

  /**
   * Stores a file that was fetched from a URL. It is on the disk when this returns.
   *
   * @param fence the fencing number of the job: an earlier holder may still be writing the file
   * @throws InputUnusableException where the input does not accept such a file; the message
   *     continues "the file …"
   * @throws StoreUnavailableException where the gateway's own disk failed
   */
  public void keepFetched(UUID job, JobDocument.Media media, long fence, InputStream bytes)
      throws IOException, InputUnusableException {
    Path file = folder.resolve(fetchedPlace(job, media));
    Path incoming = file.resolveSibling(file.getFileName() + "." + fence + ".part");
    SourceStream source = new SourceStream(bytes);
    try {
      state.require();
      copy(source, incoming);
      rules.typeOf(media.kind(), media.accepts(), media.filename(), incoming);
      DurableFolder.syncFile(incoming);
      Files.move(
          incoming, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      DurableFolder.sync(DurableFolder.of(file));
      DurableFolder.sync(folder);
    } catch (UnfitFileException unfit) {
      throw new InputUnusableException(unfit.getMessage());
    } catch (IOException e) {
      throw source.broke() ? e : new StoreUnavailableException(e);
    } finally {
      removeQuietly(incoming);
    }
  }

  // A file that cannot be removed here is removed by the sweep.
  private static void removeQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.debug("file cannot be removed file={}", file, e);
    }
  }

  /** A file that was fetched, with its location; empty where it was not fetched yet. */
  public Optional<JobDocument.Media> fetched(UUID job, JobDocument.Media media) throws IOException {
    String place = fetchedPlace(job, media);
    Path file = folder.resolve(place);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      String type = rules.typeOf(media.kind(), media.accepts(), media.filename(), file);
      return Optional.of(media.at(place, type, ContentTypes.named(media.filename(), type)));
    } catch (UnfitFileException settingsHaveChanged) {
      return Optional.empty();
    }
  }

  private static String fetchedPlace(UUID job, JobDocument.Media media) {
    return job + "/fetched-" + UploadName.of(job, media.node() + "-" + media.field()).filename();
  }

  private void copy(InputStream bytes, Path file) throws IOException, InputUnusableException {
    PrivateFiles.createDirectories(DurableFolder.of(file));
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
    Path file = folder.resolve(media.location().orElseThrow());
    if (!Files.exists(file)) {
      // The file may exist in a folder that is not mounted.
      state.require();
      throw new NoSuchFileException(file.toString());
    }
    HttpEntity form =
        UploadForm.of(
            UploadName.of(job.id(), media.filename()),
            media.contentType().orElse("application/octet-stream"),
            file);
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
