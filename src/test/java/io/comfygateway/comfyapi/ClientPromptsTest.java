package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.TestJson;
import io.comfygateway.database.TestSeal;
import io.comfygateway.job.Draft;
import io.comfygateway.job.NewJob;
import io.comfygateway.job.StoreTest;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

/** A caller finds its own prompts by the ids that its clients gave, and nobody else's. */
class ClientPromptsTest extends StoreTest {
  private static final UUID GIVEN = UUID.fromString("11111111-1111-4111-8111-111111111111");
  private static final int AT_ONCE = 4;
  private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
  private ClientPrompts prompts;

  @BeforeEach
  void create() {
    prompts =
        new ClientPrompts(database.jdbc(), database.transaction(), TestJson.MAPPER, new TestSeal());
  }

  private ClientPrompt add(String owner, UUID promptId) {
    return new StoredPrompts(queue, prompts, clock)
        .add(owner, promptId, "tab-1", List.of("9"), prompt -> {});
  }

  private void end(ClientPrompt prompt, String outputs) {
    database
        .transaction()
        .executeWithoutResult(
            tx -> prompts.ended(prompt.job(), clock.instant(), false, Optional.of(outputs)));
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private static void awaitAll(CountDownLatch begun) {
    try {
      begun.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<UUID> claimed() {
    return queue.claim(Map.of("gpu-1", 100), (backend, needs) -> true, 100).stream()
        .map(claim -> claim.job().id())
        .toList();
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
    CountDownLatch begun = new CountDownLatch(AT_ONCE);
    List<CompletableFuture<Long>> taken =
        IntStream.range(0, AT_ONCE)
            .mapToObj(
                n ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          begun.countDown();
                          awaitAll(begun);
                          prompts.numbers().prepare("ann");
                          return database
                              .transaction()
                              .execute(tx -> prompts.numbers().next("ann"));
                        },
                        threads))
            .toList();

    assertThat(taken.stream().map(CompletableFuture::join))
        .containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
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
    ClientPrompts.Entry entry = prompts.entry(second.job()).orElseThrow();
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
  void prompts_run_in_the_order_of_their_numbers_and_other_callers_keep_their_turns() {
    ClientPrompt first = add("ann", UUID.randomUUID());
    NewJob job = Draft.of("ann").build();
    queue.accept(job, () -> {});
    ClientPrompt second = add("ann", UUID.randomUUID());
    ClientPrompt bobs = add("bob", UUID.randomUUID());
    ClientPrompt between = add("ann", 0.5);
    ClientPrompt front = add("ann", -2);
    ClientPrompt newFront = add("ann", -3);
    ClientPrompt last = add("ann", UUID.randomUUID());

    assertThat(claimed())
        .containsExactly(
            newFront.job(),
            bobs.job(),
            front.job(),
            first.job(),
            between.job(),
            job.id(),
            second.job(),
            last.job());
    assertThat(prompts.queue("ann", Optional.empty(), 10))
        .containsExactly(newFront, front, first, between, second, last);
  }

  private ClientPrompt add(String owner, double number) {
    NewJob job = Draft.of(owner).build();
    ClientPrompt prompt =
        new ClientPrompt(
            job.id(),
            owner,
            job.id(),
            Optional.empty(),
            number,
            clock.instant(),
            Optional.empty(),
            false);
    queue.accept(
        job,
        () -> {
          prompts.add(prompt, new PromptDetail(List.of(), TestJson.MAPPER.createObjectNode()));
          prompts.place(prompt);
        });
    return prompt;
  }

  @Test
  void a_prompt_is_withdrawn_only_while_it_waits() {
    ClientPrompt waiting = add("ann", UUID.randomUUID());
    ClientPrompt ended = add("ann", UUID.randomUUID());
    end(ended, "{}");

    assertThat(prompts.withdraw(List.of(waiting.job(), ended.job())))
        .containsExactly(waiting.job());
    assertThat(prompts.unfinished("ann", 10)).isEmpty();
    assertThat(prompts.history("ann", 10, 0)).hasSize(1);
  }

  @Test
  void a_withdrawn_prompt_never_runs_though_the_gateway_is_killed_before_it_cancels_the_job() {
    ClientPrompt withdrawn = add("ann", UUID.randomUUID());
    ClientPrompt other = add("ann", UUID.randomUUID());

    prompts.withdraw(List.of(withdrawn.job()));

    assertThat(claimed()).containsExactly(other.job());
    assertThat(queries.find(withdrawn.job()).orElseThrow().cancelRequested()).isTrue();
  }

  @Test
  void a_failed_withdrawal_leaves_the_prompt_in_the_queue_and_it_runs() {
    ClientPrompt prompt = add("ann", UUID.randomUUID());
    database.jdbc().sql("ALTER TABLE client_prompt RENAME COLUMN hidden TO gone").update();

    assertThatThrownBy(() -> prompts.withdraw(List.of(prompt.job())))
        .isInstanceOf(DataAccessException.class);

    database.jdbc().sql("ALTER TABLE client_prompt RENAME COLUMN gone TO hidden").update();
    assertThat(prompts.unfinished("ann", 10)).containsExactly(prompt);
    assertThat(claimed()).containsExactly(prompt.job());
  }

  @Test
  void a_withdrawn_prompt_that_ran_nevertheless_is_in_the_history() {
    ClientPrompt ran = add("ann", GIVEN);
    ClientPrompt cancelled = add("ann", UUID.randomUUID());
    prompts.withdraw(List.of(ran.job(), cancelled.job()));

    prompts.ended(ran.job(), clock.instant(), false, Optional.of("{}"));
    prompts.ended(cancelled.job(), clock.instant(), true, Optional.empty());

    assertThat(prompts.history("ann", 10, 0))
        .extracting(ClientPrompt::job)
        .containsExactly(ran.job());
  }

  @Test
  void a_queue_of_any_length_is_listed_and_cleared_as_a_whole() {
    Set<UUID> all = new HashSet<>();
    for (int n = 0; n < 1_001; n++) {
      all.add(add("ann", UUID.randomUUID()).job());
    }
    ClientPrompt bobs = add("bob", UUID.randomUUID());

    List<ClientPrompt> first = prompts.queue("ann", Optional.empty(), 1_000);
    List<ClientPrompt> second = prompts.queue("ann", Optional.of(first.get(999)), 1_000);

    assertThat(Stream.concat(first.stream(), second.stream()).map(ClientPrompt::number))
        .hasSize(1_001)
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(prompts.withdrawAll("ann")).containsExactlyInAnyOrderElementsOf(all);
    assertThat(prompts.countUnfinished("ann")).isZero();
    assertThat(prompts.unfinished("bob", 10)).containsExactly(bobs);
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
