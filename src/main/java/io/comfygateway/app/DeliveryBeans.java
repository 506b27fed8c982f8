package io.comfygateway.app;

import io.comfygateway.api.CallbacksApi;
import io.comfygateway.delivery.CallbackMessages;
import io.comfygateway.delivery.DeliveryClaims;
import io.comfygateway.delivery.DeliveryDispatch;
import io.comfygateway.delivery.DeliveryResults;
import io.comfygateway.delivery.EventJson;
import io.comfygateway.delivery.RetryRules;
import io.comfygateway.delivery.RetrySchedule;
import io.comfygateway.delivery.SinkDeliveries;
import io.comfygateway.retry.Statuses;
import io.comfygateway.settings.DeliverySettings;
import io.comfygateway.settings.RetrySettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StageSettings;
import io.comfygateway.webhook.CallbackSigners;

/** Callbacks and copies of outputs. */
final class DeliveryBeans {
  private static final double PERCENT = 100;

  private final DeliveryClaims claims;
  private final CallbackMessages messages;
  private final SinkDeliveries sinks;
  private final DeliveryResults results;
  private final CallbacksApi callbacksApi;

  DeliveryBeans(
      SharedBeans shared,
      StoreBeans store,
      FilesBeans files,
      OutputBeans output,
      SinkBeans sink,
      CustomBeans custom,
      AccessBeans access,
      ViewBeans views,
      EgressBeans egress) {
    Settings settings = shared.settings();
    CallbackSigners signers =
        new CallbackSigners(access.keys(), shared.persistence().callbackSecrets(), shared.clock());
    this.callbacksApi = new CallbacksApi(egress.guard(), signers, shared.json(), shared.clock());
    this.claims =
        new DeliveryClaims(
            store.deliveries().queue(),
            store.deliveries().dispatch(),
            store.deliveries().queries(),
            store.deliveries().leases(),
            shared.database(),
            store.jobs().queries(),
            limits(settings),
            shared.clock());
    this.messages =
        new CallbackMessages(
            store.jobs().batches(),
            store.outputs(),
            files.outputStore(),
            new EventJson(views.jobs(), views.batches(), shared.json(), shared.clock()),
            signers,
            custom.callbacks());
    this.sinks =
        new SinkDeliveries(
            store.outputs(),
            files.outputStore(),
            sink.copies(),
            sink.destinations(),
            views.jobs(),
            shared.json(),
            shared.clock());
    this.results =
        new DeliveryResults(
            store.deliveries().queue(),
            new RetrySchedule(retries(settings), shared.clock()),
            shared.clock());
  }

  private static RetryRules retries(Settings settings) {
    return new RetryRules(
        settings.get(RetrySettings.CALLBACK_DELAYS),
        settings.get(RetrySettings.CALLBACK_STATUSES),
        settings.get(RetrySettings.CALLBACK_EARLY),
        settings.get(RetrySettings.CALLBACK_EARLY_DELAYS),
        settings.get(RetrySettings.CALLBACK_LONGEST_RETRY_AFTER),
        settings.get(RetrySettings.CALLBACK_JITTER) / PERCENT);
  }

  // One caller gets half of the places, so that slow receivers of one do not block all others.
  private static DeliveryDispatch.Limits limits(Settings settings) {
    int consumers = settings.get(StageSettings.DELIVER_CONSUMERS);
    int perCaller = settings.get(StageSettings.DELIVER_PER_CALLER);
    return new DeliveryDispatch.Limits(
        settings.get(DeliverySettings.CALLBACK_PER_RECEIVER),
        perCaller == 0 ? (consumers + 1) / 2 : perCaller,
        consumers);
  }

  void bindTo(RouteBeans routes) {
    routes.bind(claims, messages, sinks, results, callbacksApi, new Statuses());
  }
}
