/**
 * The operator's own routes: called where they exist, with a time limit, and their answers read.
 */
@NullMarked
package io.comfygateway.custom;

import org.jspecify.annotations.NullMarked;
