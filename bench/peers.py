#!/usr/bin/env python3
"""The Python peers of `bench`: the same networks, the same weights file, the same inputs, in PyTorch and in ONNX Runtime.

  peers.py --model DIR --mode eager|channels_last|onnx [--dtype f32|bf16] [--parts unet,vae,taesd,text] [--threads 2] [--rounds 3]
           [--dump DIR]

PyTorch computes in f32 or bf16, ONNX Runtime in f32.

Needs torch, safetensors and numpy; for the mode onnx also onnx, onnxscript and onnxruntime; for the part text also transformers. Prints one JSON
line a part, shaped like those of dev.hypersd.bench.NetworkTimes: seconds of every round, median, best, and the processor seconds beside them, which move
less on a busy machine. --dump writes each part's output as raw float32, for comparison.

The networks are written down here, operation by operation, for the architecture of Stable Diffusion 1.5, so that nothing but PyTorch is measured.
"""
import argparse, json, os, resource, statistics, sys, tempfile, time

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("--model", required=True)
ap.add_argument("--mode", default="channels_last", choices=["eager", "channels_last", "onnx"])
ap.add_argument("--dtype", default="f32", choices=["f32", "bf16"])
ap.add_argument("--parts", default="unet,vae,taesd,text")
ap.add_argument("--threads", type=int, default=2)
ap.add_argument("--rounds", type=int, default=3)
ap.add_argument("--size", type=int, default=512)
ap.add_argument("--dump")
args = ap.parse_args()
if args.dtype == "bf16" and args.mode == "onnx":
    ap.error("--dtype bf16 is not measured with --mode onnx; choose another mode")

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

torch.set_num_threads(args.threads)
torch.set_grad_enabled(False)


class Net(torch.nn.Module):
    """A network as a function of its weights, which are looked up by their dotted names."""

    def __init__(self, folder, forward):
        super().__init__()
        for file in sorted(os.listdir(folder)):
            if file.endswith(".safetensors") and ".fp16" not in file:
                for name, tensor in load_file(os.path.join(folder, file)).items():
                    if args.dtype == "bf16":
                        tensor = tensor.bfloat16()
                    if args.mode == "channels_last" and tensor.dim() == 4:
                        tensor = tensor.contiguous(memory_format=torch.channels_last)
                    self.register_buffer(name.replace(".", "__"), tensor)
        self.body = forward

    def w(self, name):
        return getattr(self, name.replace(".", "__"), None)

    def has(self, name):
        return self.w(name) is not None

    def forward(self, *x):
        return self.body(self, *x)

    def linear(self, name, x):
        return F.linear(x, self.w(name + ".weight"), self.w(name + ".bias"))

    def conv(self, name, x, stride=1, padding=None):
        weight = self.w(name + ".weight")
        return F.conv2d(x, weight, self.w(name + ".bias"), stride, weight.shape[-1] // 2 if padding is None else padding)

    def group_norm(self, name, x, eps):
        return F.group_norm(x, 32, self.w(name + ".weight"), self.w(name + ".bias"), eps)

    def layer_norm(self, name, x):
        weight = self.w(name + ".weight")
        return F.layer_norm(x, weight.shape, weight, self.w(name + ".bias"), 1e-5)

    def resnet(self, name, x, emb=None, eps=1e-5):
        h = self.conv(name + ".conv1", F.silu(self.group_norm(name + ".norm1", x, eps)))
        if emb is not None:
            h = h + self.linear(name + ".time_emb_proj", F.silu(emb))[:, :, None, None]
        h = self.conv(name + ".conv2", F.silu(self.group_norm(name + ".norm2", h, eps)))
        return (self.conv(name + ".conv_shortcut", x) if self.has(name + ".conv_shortcut.weight") else x) + h

    def attention(self, name, x, context, heads):
        b, n, c = x.shape
        q, k, v = (self.linear(f"{name}.to_{p}", y).view(b, -1, heads, c // heads).transpose(1, 2) for p, y in (("q", x), ("k", context), ("v", context)))
        return self.linear(name + ".to_out.0", F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, c))

    def transformer(self, name, x, context, heads=8):
        b, c, h, w = x.shape
        y = self.conv(name + ".proj_in", self.group_norm(name + ".norm", x, 1e-6)).permute(0, 2, 3, 1).reshape(b, h * w, c)
        t = name + ".transformer_blocks.0"
        n = self.layer_norm(t + ".norm1", y)
        y = self.attention(t + ".attn1", n, n, heads) + y
        y = self.attention(t + ".attn2", self.layer_norm(t + ".norm2", y), context, heads) + y
        g, gate = self.linear(t + ".ff.net.0.proj", self.layer_norm(t + ".norm3", y)).chunk(2, -1)
        y = self.linear(t + ".ff.net.2", g * F.gelu(gate)) + y
        return self.conv(name + ".proj_out", y.reshape(b, h, w, c).permute(0, 3, 1, 2)) + x


def unet(net, x, t, text):
    half = torch.exp(-torch.log(torch.tensor(10000.0)) * torch.arange(160) / 160)
    waves = t[:, None].float() * half[None]
    emb = torch.cat([torch.cos(waves), torch.sin(waves)], -1).to(x.dtype)
    emb = net.linear("time_embedding.linear_2", F.silu(net.linear("time_embedding.linear_1", emb)))
    x = net.conv("conv_in", x)
    skips = [x]
    for i in range(4):
        for j in range(2):
            x = net.resnet(f"down_blocks.{i}.resnets.{j}", x, emb)
            if i < 3:
                x = net.transformer(f"down_blocks.{i}.attentions.{j}", x, text)
            skips.append(x)
        if i < 3:
            x = net.conv(f"down_blocks.{i}.downsamplers.0.conv", x, stride=2)
            skips.append(x)
    x = net.resnet("mid_block.resnets.0", x, emb)
    x = net.transformer("mid_block.attentions.0", x, text)
    x = net.resnet("mid_block.resnets.1", x, emb)
    for i in range(4):
        for j in range(3):
            x = net.resnet(f"up_blocks.{i}.resnets.{j}", torch.cat([x, skips.pop()], 1), emb)
            if i > 0:
                x = net.transformer(f"up_blocks.{i}.attentions.{j}", x, text)
        if i < 3:
            x = net.conv(f"up_blocks.{i}.upsamplers.0.conv", F.interpolate(x, scale_factor=2.0, mode="nearest"))
    return net.conv("conv_out", F.silu(net.group_norm("conv_norm_out", x, 1e-5)))


def vae(net, z):
    x = net.conv("decoder.conv_in", net.conv("post_quant_conv", z))
    x = net.resnet("decoder.mid_block.resnets.0", x, eps=1e-6)
    a = "decoder.mid_block.attentions.0"
    b, c, h, w = x.shape
    y = net.group_norm(a + ".group_norm", x, 1e-6).permute(0, 2, 3, 1).reshape(b, h * w, c)
    x = x + net.attention(a, y, y, 1).reshape(b, h, w, c).permute(0, 3, 1, 2)
    x = net.resnet("decoder.mid_block.resnets.1", x, eps=1e-6)
    for i in range(4):
        for j in range(3):
            x = net.resnet(f"decoder.up_blocks.{i}.resnets.{j}", x, eps=1e-6)
        if i < 3:
            x = net.conv(f"decoder.up_blocks.{i}.upsamplers.0.conv", F.interpolate(x, scale_factor=2.0, mode="nearest"))
    return net.conv("decoder.conv_out", F.silu(net.group_norm("decoder.conv_norm_out", x, 1e-6)))


def taesd(net, z):
    x = F.relu(net.conv("decoder.layers.0", torch.tanh(z / 3) * 3))
    layer = 2
    for blocks in (3, 3, 3, 1):
        for _ in range(blocks):
            p = f"decoder.layers.{layer}.conv."
            x = F.relu(net.conv(p + "4", F.relu(net.conv(p + "2", F.relu(net.conv(p + "0", x))))) + x)
            layer += 1
        if blocks == 3:
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            layer += 1
        x = net.conv(f"decoder.layers.{layer}", x)
        layer += 1
    return x * 2 - 1


def values(*shape):
    """The inputs that the Java side uses too: a smooth sequence, easily written in any language."""
    n = 1
    for s in shape:
        n *= s
    return torch.sin(torch.arange(n, dtype=torch.float64) * 0.37).float().view(shape)


z = args.size // 8
PARTS = {
    "unet": ("unet", unet, lambda: (values(1, 4, z, z), torch.tensor([999.0]), values(1, 77, 768))),
    "vae": ("vae", vae, lambda: (values(1, 4, z, z),)),
    "taesd": ("taesd", taesd, lambda: (values(1, 4, z, z),)),
    "text": ("text_encoder", None, lambda: (torch.arange(77)[None] * 331 % 49406,)),
}


def onnx_session(net, inputs):
    import onnxruntime
    folder = tempfile.mkdtemp(prefix="peers-")
    path = os.path.join(folder, "model.onnx")
    torch.onnx.export(net, inputs, path, dynamo=True, external_data=True, opset_version=18, verbose=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = args.threads, 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feed = {i.name: x.numpy() for i, x in zip(session.get_inputs(), inputs)}
    return lambda: torch.from_numpy(session.run(None, feed)[0])


for part in args.parts.split(","):
    folder, forward, make_inputs = PARTS[part]
    folder = os.path.join(args.model, folder)
    if not os.path.isdir(folder):
        continue
    start = time.perf_counter()
    if part == "text":
        from transformers import CLIPTextModel
        model = CLIPTextModel.from_pretrained(folder).eval()
        run = lambda ids: model(ids)[0]
    else:
        model = run = Net(folder, forward)
    loaded = time.perf_counter() - start
    inputs = make_inputs()
    if args.dtype == "bf16":
        inputs = tuple(x.bfloat16() if x.is_floating_point() and x.dim() > 1 else x for x in inputs)
    if args.mode == "channels_last":
        inputs = tuple(x.contiguous(memory_format=torch.channels_last) if x.dim() == 4 else x for x in inputs)
    once = onnx_session(model, inputs) if args.mode == "onnx" else (lambda: run(*inputs))
    wall, cpu = [], []
    out = once()
    for _ in range(args.rounds):
        w, c = time.perf_counter(), time.process_time()
        out = once()
        wall.append(time.perf_counter() - w)
        cpu.append(time.process_time() - c)
    if args.dump:
        out.contiguous().float().numpy().tofile(os.path.join(args.dump, f"{part}.{args.mode}.f32"))
    print(json.dumps({
        "runtime": "onnxruntime" if args.mode == "onnx" else "pytorch " + torch.__version__, "mode": args.mode, "dtype": args.dtype, "part": part, "size": args.size,
        "threads": args.threads, "load_s": round(loaded, 3), "median_s": round(statistics.median(wall), 4), "best_s": round(min(wall), 4),
        "all_s": [round(x, 4) for x in wall], "cpu_median_s": round(statistics.median(cpu), 4), "cpu_best_s": round(min(cpu), 4),
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}), flush=True)
    del model, run, once, out
