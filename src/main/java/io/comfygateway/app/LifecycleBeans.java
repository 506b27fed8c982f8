package io.comfygateway.app;

import io.comfygateway.comfyapi.HistoryRecord;
import io.comfygateway.lifecycle.FailoverPolicy;
import io.comfygateway.lifecycle.JobCompletion;
import io.comfygateway.lifecycle.JobOutcomes;
import io.comfygateway.lifecycle.JobStarted;
import io.comfygateway.lifecycle.OrphanRecovery;
import io.comfygateway.lifecycle.PromptOutcomes;
import io.comfygateway.lifecycle.Rejections;
import io.comfygateway.lifecycle.UnreachableJobs;
import io.comfygateway.route.RouteFailures;
import io.comfygateway.settings.RetrySettings;
import io.comfygateway.settings.Settings;

/** How jobs start, fail over and end. */
final class LifecycleBeans {
  private final JobCompletion completion;
  private final JobStarted started;
  private final JobOutcomes outcomes;
  private final PromptOutcomes promptOutcomes;
  private final FailoverPolicy failoverPolicy;
  private final UnreachableJobs unreachableJobs;
  private final Rejections rejections;
  private final OrphanRecovery orphanRecovery;

  LifecycleBeans(
      SharedBeans shared,
      StoreBeans store,
      FilesBeans files,
      PoolBeans pool,
      PromptBeans prompt,
      CustomBeans custom) {
    Settings settings = shared.settings();
    int attempts = settings.get(RetrySettings.RUN_ATTEMPTS);
    this.completion =
        new JobCompletion(
            shared.database().transaction(),
            store.jobs().queries(),
            store.jobs().transitions(),
            store.jobs().batches(),
            store.outputs(),
            store.deliveries().queue(),
            new HistoryRecord(store.clientPrompts())::ended);
    this.started = new JobStarted(store.jobs().queries(), completion, pool.runningPrompts());
    this.outcomes =
        new JobOutcomes(
            store.jobs().queries(),
            store.jobs().transitions(),
            completion,
            custom.result(),
            shared.database(),
            pool.runningPrompts(),
            prompt.progress(),
            shared.json());
    this.promptOutcomes =
        new PromptOutcomes(
            store.jobs().queries(),
            store.jobs().transitions(),
            outcomes,
            pool.runningPrompts(),
            prompt.progress(),
            attempts);
    this.failoverPolicy =
        new FailoverPolicy(
            store.jobs().queries(),
            store.jobs().transitions(),
            store.jobs().requirements(),
            pool.backends(),
            pool.runningPrompts(),
            prompt.progress(),
            shared.json(),
            new FailoverPolicy.Rules(settings.get(RetrySettings.ERROR_PATTERN), attempts));
    this.unreachableJobs =
        new UnreachableJobs(
            store.jobs().leases(),
            store.jobs().transitions(),
            store.jobs().requirements(),
            store.abandonedPrompts(),
            pool.backends(),
            new UnreachableJobs.Work(pool.runningPrompts(), prompt.progress(), prompt.inProgress()),
            outcomes,
            new UnreachableJobs.Waits(
                settings.get(RetrySettings.GIVE_UP),
                settings.get(RetrySettings.ABANDONED_STOP_INTERVAL)),
            shared.clock());
    this.rejections =
        new Rejections(
            store.jobs().transitions(),
            store.jobs().requirements(),
            pool.backends(),
            pool.runningPrompts(),
            prompt.progress(),
            outcomes,
            new Rejections.Rules(
                attempts,
                settings.get(RetrySettings.REJECTED_DELAYS),
                settings.get(RetrySettings.RUN_LONGEST_RETRY_AFTER)),
            shared.clock());
    this.orphanRecovery =
        new OrphanRecovery(
            store.jobs().queries(),
            store.jobs().leases(),
            store.jobs().transitions(),
            pool.backends(),
            pool.runningPrompts(),
            prompt.inProgress(),
            files.state(),
            new OrphanRecovery.Rules(
                settings.get(RetrySettings.RECOVER_FAILURES),
                settings.get(RetrySettings.RECOVER_PAUSE)),
            shared.clock());
  }

  void bindTo(RouteBeans routes) {
    routes.bind(
        started,
        outcomes,
        promptOutcomes,
        failoverPolicy,
        unreachableJobs,
        rejections,
        orphanRecovery,
        new RouteFailures());
  }

  JobCompletion completion() {
    return completion;
  }

  OrphanRecovery orphanRecovery() {
    return orphanRecovery;
  }
}
