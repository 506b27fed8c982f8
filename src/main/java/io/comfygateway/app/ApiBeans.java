package io.comfygateway.app;

import io.comfygateway.api.Access;
import io.comfygateway.api.BatchReader;
import io.comfygateway.api.ContractDocument;
import io.comfygateway.api.DeliveriesApi;
import io.comfygateway.api.DestinationsApi;
import io.comfygateway.api.DocsAssets;
import io.comfygateway.api.DoorDocuments;
import io.comfygateway.api.DoorFiles;
import io.comfygateway.api.DoorJobs;
import io.comfygateway.api.DoorRequests;
import io.comfygateway.api.JobCancellation;
import io.comfygateway.api.JobInputs;
import io.comfygateway.api.JobList;
import io.comfygateway.api.JobReader;
import io.comfygateway.api.JobResponses;
import io.comfygateway.api.JobWithFiles;
import io.comfygateway.api.KeysApi;
import io.comfygateway.api.NumbersApi;
import io.comfygateway.api.OutputContent;
import io.comfygateway.api.PagesApi;
import io.comfygateway.api.PoolApi;
import io.comfygateway.api.ProblemResponses;
import io.comfygateway.api.SessionsApi;
import io.comfygateway.job.JobNumbers;
import io.comfygateway.settings.CallerSettings;
import io.comfygateway.settings.DoorSettings;
import io.comfygateway.settings.PageSettings;
import io.comfygateway.settings.PictureSettings;
import io.comfygateway.settings.PortSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;

/** The operations of the API except submissions. */
final class ApiBeans {
  private final Access access;
  private final PoolApi poolApi;
  private final KeysApi keysApi;
  private final SessionsApi sessionsApi;
  private final JobReader jobReader;
  private final JobList jobList;
  private final JobCancellation jobCancellation;
  private final DeliveriesApi deliveriesApi;
  private final DestinationsApi destinationsApi;
  private final JobInputs jobInputs;
  private final NumbersApi numbersApi;
  private final OutputContent outputContent;
  private final JobResponses jobResponses;
  private final ProblemResponses problemResponses;
  private final BatchReader batchReader;
  private final PagesApi pagesApi;
  private final DoorRequests doorRequests;
  private final DoorJobs doorJobs;
  private final DoorFiles doorFiles;

  ApiBeans(
      SharedBeans shared,
      WorkflowBeans workflow,
      StoreBeans store,
      FilesBeans files,
      PoolBeans pool,
      AccessBeans keys,
      ViewBeans views,
      LibraryBeans library,
      PictureBeans pictures,
      StreamBeans streams,
      SinkBeans sink) {
    Settings settings = shared.settings();
    this.access =
        new Access(
            keys.accessControl(),
            keys.keys(),
            keys.signedUrls(),
            keys.tickets(),
            store.jobs().queries());
    this.poolApi =
        new PoolApi(store.jobs().queries(), pool.backends(), pool.drained(), shared.json());
    this.sessionsApi =
        new SessionsApi(
            keys.accessControl(), keys.signIn(), keys.sessions(), shared.json(), Version.current());
    this.keysApi = new KeysApi(keys.keyAdmin(), shared.json());
    this.jobReader =
        new JobReader(
            store.jobs().queries(),
            store.deliveries().redelivery(),
            IntakeBeans.longestWait(settings));
    this.jobList =
        new JobList(
            store.jobs().lists(),
            store.jobs().positions(),
            views.jobs(),
            streams.streams(),
            shared.json());
    this.jobCancellation = new JobCancellation(store.jobs().queries(), views.jobs(), shared.json());
    this.jobInputs = new JobInputs(store.jobs().queries(), workflow.library(), shared.json());
    this.numbersApi =
        new NumbersApi(
            new JobNumbers(shared.database().jdbc()),
            pool.backends(),
            shared.json(),
            shared.clock());
    this.deliveriesApi =
        new DeliveriesApi(
            store.deliveries().lists(),
            store.deliveries().redelivery(),
            store.deliveries().queries(),
            views.jobs(),
            shared.json());
    this.destinationsApi = new DestinationsApi(sink.destinations(), shared.json(), shared.clock());
    this.outputContent =
        new OutputContent(
            store.jobs().queries(), store.outputs(), files.outputStore(), pictures.converter());
    this.jobResponses =
        new JobResponses(
            store.jobs().queries(),
            views.jobs(),
            outputContent,
            new JobWithFiles(
                views.jobs(),
                store.outputs(),
                files.outputStore(),
                pictures.converter(),
                settings.get(PictureSettings.RESPOND_MAX)));
    this.problemResponses = new ProblemResponses(shared.json());
    this.batchReader =
        new BatchReader(
            store.jobs().queries(),
            store.jobs().batches(),
            store.deliveries().redelivery(),
            views.batches());
    this.pagesApi =
        new PagesApi(
            workflow.library(),
            library.views(),
            shared.json(),
            DocsAssets.all(),
            new ContractDocument(
                shared.json(),
                new DoorDocuments(
                    settings.get(StorageSettings.ROUTES_DIR), settings.get(DoorSettings.DOORS)),
                settings.get(CallerSettings.AUTH_HEADER),
                settings.get(PortSettings.PUBLIC_URL)),
            !PageSettings.OFF.equals(settings.get(PageSettings.DOCS)),
            views.baseUrl());
    this.doorRequests =
        new DoorRequests(
            access,
            workflow.library(),
            pool.backends(),
            shared.json(),
            settings.get(DoorSettings.LONGEST_WAIT));
    this.doorJobs =
        new DoorJobs(
            store.jobs().queue(),
            store.jobs().queries(),
            views.jobs(),
            shared.json(),
            shared.clock(),
            settings.get(DoorSettings.LONGEST_WAIT));
    this.doorFiles = new DoorFiles(store.outputs(), files.outputStore(), shared.json());
  }

  void bindTo(RouteBeans routes) {
    routes.bind(
        doorRequests,
        doorJobs,
        doorFiles,
        access,
        poolApi,
        keysApi,
        sessionsApi,
        jobReader,
        jobList,
        jobCancellation,
        deliveriesApi,
        destinationsApi,
        jobInputs,
        numbersApi,
        outputContent,
        jobResponses,
        problemResponses,
        batchReader,
        pagesApi);
  }

  /** Authenticates callers. */
  Access access() {
    return access;
  }
}
