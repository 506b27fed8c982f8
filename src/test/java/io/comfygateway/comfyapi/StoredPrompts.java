package io.comfygateway.comfyapi;

import io.comfygateway.TestJson;
import io.comfygateway.job.Draft;
import io.comfygateway.job.JobQueue;
import io.comfygateway.job.NewJob;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Prompts that were accepted and wait. */
record StoredPrompts(JobQueue queue, ClientPrompts prompts, InstantSource clock) {

  /**
   * Stores a prompt and its job.
   *
   * @param outputs the nodes whose outputs its client wants
   * @param posting called in the transaction, before the prompt is stored
   */
  ClientPrompt add(
      String owner,
      UUID promptId,
      String clientId,
      List<String> outputs,
      Consumer<ClientPrompt> posting) {
    prompts.numbers().prepare(owner);
    NewJob job = Draft.of(owner).build();
    ClientPrompt[] added = new ClientPrompt[1];
    queue.accept(
        job,
        () -> {
          added[0] =
              new ClientPrompt(
                  job.id(),
                  owner,
                  promptId,
                  Optional.of(clientId),
                  prompts.numbers().next(owner),
                  clock.instant(),
                  Optional.empty(),
                  false);
          posting.accept(added[0]);
          prompts.add(added[0], new PromptDetail(outputs, TestJson.MAPPER.createObjectNode()));
        });
    return added[0];
  }
}
