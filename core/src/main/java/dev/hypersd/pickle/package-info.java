/**
 * Reading the weights in files of PyTorch ({@code .ckpt}, {@code .pt}, {@code .pth}, {@code .bin}), to convert them to
 * safetensors files. Such files are pickles: programs for a stack machine, which in Python can build objects of any
 * class and call any function.
 *
 * <p>The machine here ({@link dev.hypersd.pickle.Unpickler}) builds texts, whole numbers, lists, dictionaries and
 * descriptions of tensors, and cannot call anything. Of functions and classes that are not known here it keeps only the
 * names, which cannot become part of a tensor. ADR 20 explains why that is safe.
 */
@NullMarked
package dev.hypersd.pickle;

import org.jspecify.annotations.NullMarked;
