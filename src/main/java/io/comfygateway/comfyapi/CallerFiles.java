package io.comfygateway.comfyapi;

import io.comfygateway.output.HistoryOutputs;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputFile;
import io.comfygateway.output.OutputRows;
import io.comfygateway.output.OutputStore;
import io.comfygateway.problem.Problem;
import io.comfygateway.upload.CallerFile;
import io.comfygateway.upload.FileReference;
import io.comfygateway.upload.Uploads;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The files of callers by the names under which clients know them. */
public final class CallerFiles implements ReferencedFiles.Finder {
  private final ClientPrompts prompts;
  private final OutputRows outputs;
  private final OutputStore store;
  private final Uploads uploads;

  public CallerFiles(
      ClientPrompts prompts, OutputRows outputs, OutputStore store, Uploads uploads) {
    this.prompts = prompts;
    this.outputs = outputs;
    this.store = store;
    this.uploads = uploads;
  }

  /** The file that an input of a graph names. It counts as used now, which delays its expiry. */
  @Override
  public Optional<CallerFile> use(String owner, FileReference reference) {
    uploads.find(owner, reference).ifPresent(upload -> uploads.used(upload.id()));
    return find(owner, reference);
  }

  /** A file of a caller. */
  Optional<CallerFile> find(String owner, FileReference reference) {
    Optional<CallerFile> uploaded =
        uploads.find(owner, reference).map(Uploads.Upload::file).filter(CallerFiles::isThere);
    if (uploaded.isPresent() || FileReference.INPUT.equals(reference.type())) {
      return uploaded;
    }
    Optional<ClientFiles.Origin> origin = ClientFiles.origin(reference.subfolder());
    return origin.isPresent()
        ? made(owner, origin.get(), reference)
        : prompts.lastWithFile(owner, reference.filename()).stream()
            .flatMap(job -> made(owner, at(job, reference), reference).stream())
            .findFirst();
  }

  private static boolean isThere(CallerFile file) {
    try {
      file.content().require();
      return true;
    } catch (Problem gone) {
      return false;
    }
  }

  // Without a subfolder, a client means a file at the top level.
  private static ClientFiles.Origin at(UUID job, FileReference reference) {
    return new ClientFiles.Origin(job, reference.subfolder());
  }

  private Optional<CallerFile> made(
      String owner, ClientFiles.Origin origin, FileReference reference) {
    Optional<ClientPrompts.Entry> entry =
        prompts.entry(origin.job()).filter(found -> found.prompt().owner().equals(owner));
    return entry
        .flatMap(ClientPrompts.Entry::outputs)
        .flatMap(
            json ->
                HistoryOutputs.read(json, true).files().stream()
                    .filter(file -> file.filename().equals(reference.filename()))
                    .filter(file -> file.subfolder().equals(origin.subfolder()))
                    .filter(file -> file.type().equals(reference.type()))
                    .findFirst())
        .flatMap(file -> outputs.find(origin.job(), file.index()))
        .filter(output -> output.expired().isEmpty())
        .flatMap(output -> stored(output, reference));
  }

  private Optional<CallerFile> stored(Output output, FileReference reference) {
    try {
      return Optional.of(
          new CallerFile(
              reference.filename(),
              output.stored().contentType(),
              store.bytes(output.stored()),
              output.stored().bytes(),
              output.stored().sha256()));
    } catch (Problem gone) {
      return Optional.empty();
    }
  }

  /** A prompt of the caller that has not ended and may still produce the file. */
  Optional<UUID> unfinished(String owner, FileReference reference) {
    return ClientFiles.origin(reference.subfolder())
        .flatMap(origin -> prompts.ofJob(origin.job()))
        .filter(prompt -> prompt.owner().equals(owner) && prompt.ended().isEmpty())
        .map(ClientPrompt::job);
  }

  /** All files of a prompt that has ended. */
  static List<OutputFile> of(ClientPrompts.Entry entry) {
    return entry.outputs().map(json -> HistoryOutputs.read(json, true).files()).orElse(List.of());
  }
}
