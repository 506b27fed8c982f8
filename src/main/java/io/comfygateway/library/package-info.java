/**
 * The versions of workflows that are kept in the database: of workflows that were uploaded and of
 * files, their aliases, and what differs between two. The ways in are {@link StoredLibrary} and
 * {@link WorkflowDiff}. It knows graphs and the database, and no callers.
 */
@NullMarked
package io.comfygateway.library;

import org.jspecify.annotations.NullMarked;
