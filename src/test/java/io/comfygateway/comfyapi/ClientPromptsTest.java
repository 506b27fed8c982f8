package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.TestJson;
import io.comfygateway.job.Draft;
import io.comfygateway.job.NewJob;
import io.comfygateway.job.StoreTest;
import io.comfygateway.job.TestSeal;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A caller finds its own prompts by the ids that its clients gave, and nobody else's. */
class ClientPromptsTest extends StoreTest {
  private static final UUID GIVEN = UUID.fromString("11111111-1111-4111-8111-111111111111");
  private ClientPrompts prompts;

  @BeforeEach
  void create() {
    prompts = new ClientPrompts(database.jdbc(), TestJson.MAPPER, new TestSeal());
  }

  private ClientPrompt add(String owner, UUID promptId) {
    prompts.prepareNumbers(owner);
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
                  Optional.of("tab-1"),
                  prompts.nextNumber(owner),
                  clock.instant(),
                  Optional.empty(),
                  false);
          prompts.add(added[0], new PromptDetail(List.of("9"), TestJson.MAPPER.createObjectNode()));
        });
    return added[0];
  }

  private void end(ClientPrompt prompt, String outputs) {
    database
        .transaction()
        .executeWithoutResult(
            tx -> prompts.ended(prompt.job(), clock.instant(), Optional.of(outputs)));
  }

  @Test
  void an_id_that_two_callers_gave_is_a_prompt_of_each() {
    ClientPrompt anns = add("ann", GIVEN);
    ClientPrompt bobs = add("bob", GIVEN);

    assertThat(prompts.find("ann", GIVEN)).contains(anns);
    assertThat(prompts.find("bob", GIVEN)).contains(bobs);
    assertThat(prompts.find("eve", GIVEN)).isEmpty();
    assertThat(prompts.ofJob(anns.job())).contains(anns);
    assertThat(prompts.ofJob(UUID.randomUUID())).isEmpty();
  }

  @Test
  void each_caller_counts_its_own_prompts() {
    add("ann", UUID.randomUUID());
    add("ann", UUID.randomUUID());

    assertThat(add("ann", UUID.randomUUID()).number()).isEqualTo(2);
    assertThat(add("bob", UUID.randomUUID()).number()).isZero();
    assertThat(prompts.countUnfinished("ann")).isEqualTo(3);
    assertThat(prompts.countUnfinished("eve")).isZero();
  }

  @Test
  void two_first_prompts_at_once_get_a_number_each() {
    prompts.prepareNumbers("ann");
    prompts.prepareNumbers("ann");
    CompletableFuture<Long> second = new CompletableFuture<>();

    Long first =
        database
            .transaction()
            .execute(
                tx -> {
                  long taken = prompts.nextNumber("ann");
                  second.completeAsync(
                      () -> database.transaction().execute(other -> prompts.nextNumber("ann")));
                  return taken;
                });

    assertThat(List.of(first, second.join())).containsExactly(0L, 1L);
  }

  @Test
  void a_prompt_moves_from_the_queue_to_the_history() {
    ClientPrompt first = add("ann", UUID.randomUUID());
    ClientPrompt second = add("ann", UUID.randomUUID());
    end(second, "{\"9\":{\"text\":[\"done\"]}}");

    assertThat(prompts.unfinished("ann", 10)).containsExactly(first);
    assertThat(prompts.history("ann", 10, 0))
        .extracting(ClientPrompt::job)
        .containsExactly(second.job());
    assertThat(prompts.history("bob", 10, 0)).isEmpty();
    ClientPrompts.Entry entry = prompts.entry("ann", second.promptId()).orElseThrow();
    assertThat(entry.detail().outputs()).containsExactly("9");
    assertThat(entry.outputs().orElseThrow().at("/9/text/0").asText()).isEqualTo("done");
    assertThat(entry.prompt().ended()).contains(clock.instant());
  }

  @Test
  void the_newest_of_the_history_come_first_and_pages_leave_none_out() {
    List<ClientPrompt> made =
        List.of(add("ann", UUID.randomUUID()), add("ann", GIVEN), add("ann", UUID.randomUUID()));
    for (ClientPrompt prompt : made) {
      clock.advance(java.time.Duration.ofSeconds(1));
      end(prompt, "{}");
    }

    assertThat(prompts.history("ann", 2, 0))
        .extracting(ClientPrompt::job)
        .containsExactly(made.get(2).job(), made.get(1).job());
    assertThat(prompts.history("ann", 2, 2))
        .extracting(ClientPrompt::job)
        .containsExactly(made.get(0).job());
  }

  @Test
  void an_id_used_again_finds_the_newest() {
    add("ann", GIVEN);
    clock.advance(java.time.Duration.ofSeconds(1));
    ClientPrompt again = add("ann", GIVEN);

    assertThat(prompts.find("ann", GIVEN)).contains(again);
    assertThat(prompts.unfinished("ann", 10)).hasSize(2);
  }

  @Test
  void a_caller_deletes_only_its_own_history() {
    ClientPrompt anns = add("ann", GIVEN);
    ClientPrompt bobs = add("bob", GIVEN);
    end(anns, "{}");
    end(bobs, "{}");

    prompts.forget("eve", GIVEN);
    prompts.forget("ann", GIVEN);

    assertThat(prompts.find("ann", GIVEN)).isEmpty();
    assertThat(prompts.history("ann", 10, 0)).isEmpty();
    assertThat(prompts.history("bob", 10, 0)).hasSize(1);
    prompts.forgetAll("bob");
    assertThat(prompts.history("bob", 10, 0)).isEmpty();
  }

  @Test
  void a_prompt_is_withdrawn_only_while_it_waits() {
    ClientPrompt waiting = add("ann", UUID.randomUUID());
    ClientPrompt ended = add("ann", UUID.randomUUID());
    end(ended, "{}");

    assertThat(prompts.withdraw(waiting.job())).isTrue();
    assertThat(prompts.withdraw(ended.job())).isFalse();
    assertThat(prompts.unfinished("ann", 10)).isEmpty();
    assertThat(prompts.history("ann", 10, 0)).hasSize(1);
  }

  @Test
  void what_a_prompt_contains_is_sealed() {
    ClientPrompt prompt = add("ann", GIVEN);
    end(prompt, "{\"9\":{\"text\":[\"a very private text\"]}}");

    String stored =
        database
            .jdbc()
            .sql("SELECT detail || outputs FROM client_prompt")
            .query(String.class)
            .single();
    assertThat(stored).doesNotContain("private").doesNotContain("outputs");
  }
}
