#!/usr/bin/env python3
"""The Python peer of a distillation step: a trajectory of Hyper-SD into a LoRA, as PyTorch programs do it, with the teacher and the average each a network of its own.

  trajectories.py --unet DIR [--batch 32] [--latent 16] [--tokens 77] [--rank 32] [--segments 8] [--checkpointing] [--diffusers DIR]

Needs torch, peft and diffusers (--diffusers names a checkout where it is not installed). A step is noise at one of 40 timesteps, the teacher with and
without its caption and one step of DDIM, the average from there and the student from where it began, both to the same place in the segment, their
distance, backward into the LoRA, clipping, AdamW, and the average's turn. Latents and embeddings are given. Prints one JSON line: seconds of each
step, their median, the processor seconds beside them, and the largest resident set.
"""
import argparse, json, resource, statistics, sys, time

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("--unet", required=True)
ap.add_argument("--batch", type=int, default=32)
ap.add_argument("--latent", type=int, default=16)
ap.add_argument("--tokens", type=int, default=77)
ap.add_argument("--rank", type=int, default=32)
ap.add_argument("--segments", type=int, default=8)
ap.add_argument("--threads", type=int, default=2)
ap.add_argument("--steps", type=int, default=5)
ap.add_argument("--checkpointing", action="store_true")
ap.add_argument("--diffusers")
args = ap.parse_args()
if args.diffusers:
    sys.path.insert(0, args.diffusers + "/src")
sys.modules.setdefault("torchvision", None)

import torch
from diffusers import UNet2DConditionModel
from peft import LoraConfig, get_peft_model

torch.set_num_threads(args.threads)
torch.manual_seed(0)

LAYERS = ["to_q", "to_k", "to_v", "to_out.0", "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2", "conv1", "conv2", "conv_shortcut",
          "time_emb_proj", "downsamplers.0.conv", "upsamplers.0.conv"]


def network():
    return UNet2DConditionModel.from_pretrained(args.unet, torch_dtype=torch.float32)


def adapted():
    return get_peft_model(network(), LoraConfig(r=args.rank, lora_alpha=args.rank, target_modules=LAYERS))


teacher = network().requires_grad_(False).eval()
student, average = adapted().train(), adapted().requires_grad_(False).eval()
average.load_state_dict(student.state_dict())
if args.checkpointing:
    student.get_base_model().enable_gradient_checkpointing()
learns = {name: p for name, p in student.named_parameters() if p.requires_grad}
means = {name: p for name, p in average.named_parameters() if name in learns}
optimiser = torch.optim.AdamW(learns.values(), lr=1e-4)

abar = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2, 0).float()
STRIDE = 25
COUNT = 1000 // STRIDE
length = COUNT // args.segments


def column(values):
    return values.view(-1, 1, 1, 1)


def go(noise, x, t, s):
    """DDIM from t to s."""
    a, b = column(abar[t]), column(abar[s])
    return b.sqrt() * (x - (1 - a).sqrt() * noise) / a.sqrt() + (1 - b).sqrt() * noise


def step(latents, text, empty):
    n = torch.randint(1, COUNT, (args.batch,))
    start = n // length * length * STRIDE
    t, before = n * STRIDE + STRIDE - 1, n * STRIDE - 1
    goal = torch.minimum((start + (before - start).clamp_min(0) * torch.rand(args.batch)).long(), before)
    guidance = column(torch.full((args.batch,), 3.0))
    x = column(abar[t]).sqrt() * latents + (1 - column(abar[t])).sqrt() * torch.randn_like(latents)
    with torch.no_grad():
        with_caption = teacher(x, t, text).sample
        without = teacher(x, t, empty).sample
        closer = go(without + guidance * (with_caption - without), x, t, before)
        target = go(average(closer, before, text).sample, closer, before, goal)
    loss = (go(student(x, t, text).sample, x, t, goal) - target).square().mean()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(learns.values(), 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    with torch.no_grad():
        for name, mean in means.items():
            mean.lerp_(learns[name], 0.05)
    return loss.item()


width = teacher.config.cross_attention_dim
latents = torch.randn(args.batch, 4, args.latent, args.latent)
text = torch.randn(args.batch, args.tokens, width)
empty = torch.randn(1, args.tokens, width).expand(args.batch, -1, -1)
step(latents, text, empty)
wall, cpu = [], []
for _ in range(args.steps):
    w, c = time.perf_counter(), time.process_time()
    step(latents, text, empty)
    wall.append(time.perf_counter() - w)
    cpu.append(time.process_time() - c)
print(json.dumps({
    "runtime": "pytorch " + torch.__version__, "batch": args.batch, "latent": args.latent, "rank": args.rank, "segments": args.segments,
    "threads": args.threads, "learns_m": round(sum(p.numel() for p in learns.values()) / 1e6, 2), "median_s": round(statistics.median(wall), 4),
    "best_s": round(min(wall), 4), "all_s": [round(x, 4) for x in wall], "cpu_median_s": round(statistics.median(cpu), 4),
    "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}))
