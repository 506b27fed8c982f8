/**
 * The operator's own routes: called where they exist, with a time limit, and their answers read.
 * The way in is {@link CustomOutput}. It knows jobs and outputs, which it shows to these routes.
 */
@NullMarked
package io.comfygateway.custom;

import org.jspecify.annotations.NullMarked;
