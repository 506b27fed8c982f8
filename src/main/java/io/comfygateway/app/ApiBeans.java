package io.comfygateway.app;

import io.comfygateway.api.Access;
import io.comfygateway.api.Answers;
import io.comfygateway.api.BatchReader;
import io.comfygateway.api.DocsAssets;
import io.comfygateway.api.JobReader;
import io.comfygateway.api.KeysApi;
import io.comfygateway.api.PagesApi;
import io.comfygateway.api.PoolApi;
import io.comfygateway.settings.Settings;

/** The operations of the API, but for submissions. */
final class ApiBeans {
  private final Access access;
  private final PoolApi poolApi;
  private final KeysApi keysApi;
  private final Answers answers;
  private final JobReader jobReader;
  private final BatchReader batchReader;
  private final PagesApi pagesApi;

  ApiBeans(
      SharedBeans shared,
      WorkflowBeans workflow,
      StoreBeans store,
      FilesBeans files,
      PoolBeans pool,
      AccessBeans keys,
      ViewBeans views,
      IntakeBeans intake) {
    Settings settings = shared.settings();
    this.access = new Access(keys.gatekeeper(), keys.keys(), keys.signedUrls(), store.jobs());
    this.poolApi = new PoolApi(store.jobs(), pool.backends(), shared.json());
    this.keysApi = new KeysApi(keys.keyAdmin(), shared.json());
    this.answers =
        new Answers(
            store.jobs(), store.outputs(), files.outputStore(), views.jobs(), shared.json());
    this.jobReader =
        new JobReader(
            store.jobs(),
            store.outputs(),
            store.deliveries(),
            views.jobs(),
            shared.json(),
            IntakeBeans.longestWait(settings));
    this.batchReader = new BatchReader(store.jobs(), store.deliveries(), views.batches());
    this.pagesApi =
        new PagesApi(
            workflow.library(),
            intake.policy(),
            pool.backends(),
            shared.json(),
            DocsAssets.all(),
            !"off".equals(settings.text("gateway.docs")));
  }

  void bindTo(RouteBeans routes) {
    routes.bind(access, poolApi, keysApi, answers, jobReader, batchReader, pagesApi);
  }

  /** Finds out who calls. */
  Access access() {
    return access;
  }
}
