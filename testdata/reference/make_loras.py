"""Makes LoRA files with every kind of module, and what the networks compute with them, from the definitions of the kinds.

    pip install diffusers transformers torch     (0.40 development version, 5.18, 2.13 on the CPU)
    python make_loras.py

No library for LoRAs takes part: each change of a weight is written out here, as the papers and the LyCORIS library define it.
"""

import json
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextModel, CLIPTextModelWithProjection

ROOT = Path(__file__).parent


def parameters(network):
    """By name; the newest transformers library leaves a part of the names of text encoders out."""
    prefix = "text_model." if type(network) is CLIPTextModel else ""
    return {prefix + name.removeprefix(prefix): parameter for name, parameter in network.named_parameters()}


class Adapter:
    """A LoRA file, and the function that each of its modules makes of a weight and a strength."""

    def __init__(self, networks, seed):
        self.networks, self.tensors, self.changes = networks, {}, {}
        self.generator = torch.Generator().manual_seed(seed)

    def random(self, *shape):
        return 0.3 * torch.randn(*shape, generator=self.generator)

    def next(self, ending, network="unet"):
        """The first module whose name ends so and that has no change yet, and the shape of its weight."""
        return next((name.removesuffix(".weight"), parameter.shape) for name, parameter in parameters(self.networks[network]).items()
                    if name.endswith(ending + ".weight") and f"{network}.{name}" not in self.changes)

    def kohya(self, module, network="unet", alpha=None, **tensors):
        prefix = {"unet": "lora_unet_", "text_encoder": "lora_te1_" if "text_encoder_2" in self.networks else "lora_te_",
                  "text_encoder_2": "lora_te2_"}[network]
        tensors = {key.replace("__", "."): value for key, value in tensors.items()}
        if alpha is not None:
            tensors["alpha"] = torch.tensor(float(alpha))
        self.add(prefix + module.replace(".", "_"), tensors)

    def add(self, stem, tensors):
        self.tensors.update({f"{stem}.{key}": value for key, value in tensors.items()})

    def plus(self, module, change, part="weight", network="unet"):
        self.changes[f"{network}.{module}.{part}"] = lambda weight, strength: weight + strength * change.reshape(weight.shape)

    def to_length(self, module, change, magnitude, dimensions):
        """A DoRA; other strengths interpolate between the weight and what it makes of it."""
        def changed(weight, strength):
            whole = weight + change.reshape(weight.shape)
            norm = whole.pow(2).sum(dimensions, keepdim=True).sqrt()
            return weight + strength * (whole * magnitude.reshape(norm.shape) / norm - weight)
        self.changes[f"unet.{module}.weight"] = changed

    def bias(self, module):
        return self.random(parameters(self.networks["unet"])[module + ".bias"].numel())


def core_between_points(adapter):
    module, (o, i, *_) = adapter.next("resnets.0.conv1")
    down, mid, up = adapter.random(3, i, 1, 1), adapter.random(2, 3, 3, 3), adapter.random(o, 2, 1, 1)
    adapter.kohya(module, alpha=1.5, lora_down__weight=down, lora_mid__weight=mid, lora_up__weight=up)
    adapter.plus(module, 0.5 * torch.einsum("or,rskl,si->oikl", up[:, :, 0, 0], mid, down[:, :, 0, 0]))


def point_behind_filters(adapter):
    module, (o, i, *_) = adapter.next("resnets.0.conv1")
    down, mid, up = adapter.random(3, i, 3, 3), adapter.random(2, 3, 1, 1), adapter.random(o, 2, 1, 1)
    adapter.kohya(module, alpha=3, lora_down__weight=down, lora_mid__weight=mid, lora_up__weight=up)
    adapter.plus(module, torch.einsum("or,rs,sikl->oikl", up[:, :, 0, 0], mid[:, :, 0, 0], down))


def loha_with_cores(adapter):
    module, (o, i, *_) = adapter.next("resnets.0.conv2")
    (t1, a1, b1), (t2, a2, b2) = [(adapter.random(2, 2, 3, 3), adapter.random(2, o), adapter.random(2, i)) for _ in range(2)]
    adapter.kohya(module, alpha=1, hada_t1=t1, hada_w1_a=a1, hada_w1_b=b1, hada_t2=t2, hada_w2_a=a2, hada_w2_b=b2)
    adapter.plus(module, 0.5 * torch.einsum("rskl,ro,si->oikl", t1, a1, b1) * torch.einsum("rskl,ro,si->oikl", t2, a2, b2))


def lokr_with_a_core(adapter):
    module, (o, i, *_) = adapter.next("resnets.0.conv2")
    one, core, a, b = adapter.random(2, 2), adapter.random(3, 3, 3, 3), adapter.random(3, o // 2), adapter.random(3, i // 2)
    adapter.kohya(module, alpha=1.5, lokr_w1=one, lokr_t2=core, lokr_w2_a=a, lokr_w2_b=b)
    adapter.plus(module, 0.5 * torch.kron(one[:, :, None, None], torch.einsum("rskl,ro,si->oikl", core, a, b).contiguous()))


def dora_over_inputs(adapter):
    module, (o, i, *_) = adapter.next("downsamplers.0.conv")
    down, up, magnitude = adapter.random(2, i, 3, 3), adapter.random(o, 2, 1, 1), 1 + adapter.random(1, i, 1, 1).abs()
    adapter.kohya(module, alpha=2, lora_down__weight=down, lora_up__weight=up, dora_scale=magnitude)
    adapter.to_length(module, torch.einsum("or,rikl->oikl", up[:, :, 0, 0], down), magnitude, (0, 2, 3))


def dora_of_peft(adapter):
    """Over the outputs of filters, which PEFT stores as [1, out, 1, 1]."""
    module, (o, i, *_) = adapter.next("upsamplers.0.conv")
    a, b, magnitude = adapter.random(2, i, 3, 3), adapter.random(o, 2, 1, 1), 1 + adapter.random(1, o, 1, 1).abs()
    adapter.add("unet." + module, {"lora_A.weight": a, "lora_B.weight": b, "lora_magnitude_vector.weight": magnitude})
    adapter.to_length(module, torch.einsum("or,rikl->oikl", b[:, :, 0, 0], a), magnitude, (1, 2, 3))


def peft_in_training(adapter):
    module, (o, i) = adapter.next("attn1.to_q")
    a, b = adapter.random(3, i), adapter.random(o, 3)
    adapter.add("unet.base_model.model." + module, {"lora_A.default.weight": a, "lora_B.default.weight": b})
    adapter.plus(module, b @ a)


def loha(adapter):
    module, (o, i) = adapter.next("attn1.to_k")
    a1, b1, a2, b2 = adapter.random(o, 2), adapter.random(2, i), adapter.random(o, 2), adapter.random(2, i)
    adapter.kohya(module, alpha=1, hada_w1_a=a1, hada_w1_b=b1, hada_w2_a=a2, hada_w2_b=b2)
    adapter.plus(module, 0.5 * (a1 @ b1) * (a2 @ b2))


def lokr_of_products(adapter):
    module, (o, i) = adapter.next("attn1.to_v")
    a1, b1, a2, b2 = adapter.random(2, 1), adapter.random(1, 2), adapter.random(o // 2, 3), adapter.random(3, i // 2)
    adapter.kohya(module, alpha=6, lokr_w1_a=a1, lokr_w1_b=b1, lokr_w2_a=a2, lokr_w2_b=b2)
    adapter.plus(module, 2 * torch.kron(a1 @ b1, a2 @ b2))


def dora_over_outputs(adapter):
    module, (o, i) = adapter.next("attn2.to_q")
    down, up, magnitude = adapter.random(2, i), adapter.random(o, 2), 1 + adapter.random(o, 1).abs()
    adapter.kohya(module, alpha=1, lora_down__weight=down, lora_up__weight=up, dora_scale=magnitude)
    adapter.to_length(module, 0.5 * up @ down, magnitude, (1,))


def product_with_bias(adapter):
    module, (o, i) = adapter.next("attn2.to_out.0")
    a, b, bias = adapter.random(3, i), adapter.random(o, 3), adapter.random(o)
    adapter.add("unet." + module, {"lora_A.weight": a, "lora_B.weight": b, "lora_B.bias": bias})
    adapter.plus(module, b @ a)
    adapter.plus(module, bias, "bias")


def differences(adapter):
    """In full, of a layer and of norms, by all of their names."""
    for ending, weight_name, bias_name in (("attn1.to_out.0", "diff", "diff_b"), ("blocks.0.norm2", "w_norm", "b_norm"),
                                           ("blocks.0.norm3", "diff", "diff_b")):
        module, shape = adapter.next(ending)
        weight, bias = adapter.random(*shape), adapter.bias(module)
        adapter.kohya(module, **{weight_name: weight, bias_name: bias})
        adapter.plus(module, weight)
        adapter.plus(module, bias, "bias")


def text_encoders(adapter):
    """The same names in both, told apart by their prefix; ranks and alphas differ."""
    for network in sorted(set(adapter.networks) - {"unet"}):
        for rank, alpha in ((2, 1), (4, 8)):
            module, (o, i) = adapter.next("mlp.fc1", network)
            down, up = adapter.random(rank, i), adapter.random(o, rank)
            adapter.kohya(module, network, alpha=alpha, lora_down__weight=down, lora_up__weight=up)
            adapter.plus(module, alpha / rank * up @ down, network=network)


KINDS = (core_between_points, point_behind_filters, loha_with_cores, lokr_with_a_core, dora_over_inputs, dora_of_peft, peft_in_training,
         loha, lokr_of_products, dora_over_outputs, product_with_bias, differences, text_encoders)


def load(network, folder):
    kind = UNet2DConditionModel if network == "unet" else CLIPTextModelWithProjection if network.endswith("_2") else CLIPTextModel
    return kind.from_pretrained(ROOT / "models" / folder).float().eval()


def write(name, **folders):
    networks = {network: load(network, folder) for network, folder in folders.items()}
    adapter = Adapter(networks, len(name))
    for kind in KINDS:
        kind(adapter)
    save_file({key: value.contiguous() for key, value in adapter.tensors.items()}, ROOT / f"models/loras/{name}.safetensors")
    unet = networks["unet"].config
    inputs = {"sample": torch.randn(1, 4, 8, 12, generator=adapter.generator), "timestep": torch.tensor([500]),
              "encoder_hidden_states": torch.randn(1, 9, unet.cross_attention_dim, generator=adapter.generator),
              "input_ids": torch.randint(3, 400, (1, 77), generator=adapter.generator)}
    if unet.addition_embed_type:
        width = unet.projection_class_embeddings_input_dim - 6 * unet.addition_time_embed_dim
        inputs |= {"text_embeds": torch.randn(1, width, generator=adapter.generator), "time_ids": torch.tensor([[64.0, 64, 0, 0, 64, 64]])}
    own = {f"{network}.{key}": value.clone() for network, model in networks.items() for key, value in parameters(model).items()}

    def computed(label, strength):
        for network, model in networks.items():
            for key, parameter in parameters(model).items():
                change = adapter.changes.get(f"{network}.{key}", lambda weight, _: weight)
                parameter.data = change(own[f"{network}.{key}"], strength)
        added = {key: inputs[key] for key in ("text_embeds", "time_ids") if key in inputs}
        results = {"sample": networks["unet"](inputs["sample"], inputs["timestep"], inputs["encoder_hidden_states"], added_cond_kwargs=added).sample}
        for network in set(networks) - {"unet"}:
            result = networks[network](inputs["input_ids"])
            results[network] = result.last_hidden_state
            if network.endswith("_2"):
                results["text_embeds"] = result.text_embeds
        return {f"{label}.{key}": value for key, value in results.items()}

    with torch.no_grad():
        merged = {key: change(own[key], 1) for key, change in adapter.changes.items()}
        outputs = {**computed("base", 0), **computed("scale_0.5", 0.5), **computed("scale_1.0", 1), **computed("fused", 1),
                   **{f"fused_weight.{key}": value for key, value in merged.items()}}
        layers = {key: [value.norm().item(), (value - own[key]).norm().item()] for key, value in merged.items()}
    folder = ROOT / "lora" / name
    folder.mkdir(exist_ok=True)
    save_file({**{f"in.{key}": value.contiguous() for key, value in inputs.items()},
               **{f"out.{key}": value.contiguous() for key, value in outputs.items()}}, folder / "tensors.safetensors")
    case = {"name": f"lora/{name}", "kind": "lora", "description": "every kind of module in one file, by the definitions of the kinds",
            "models": {network: f"models/{path}" for network, path in folders.items()},
            "args": {"loras": {name: f"models/loras/{name}.safetensors"},
                     "weightings": {"scale_1.0": {name: 1.0}, "scale_0.5": {name: 0.5}}, "fused_weighting": "scale_1.0"},
            "tolerance": {"atol": 2e-4, "rtol": 2e-4}, "expected": {"layers": layers}}
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")


write("sd15_kinds", unet="unet_sd15", text_encoder="te_sd15")
write("sdxl_kinds", unet="unet_sdxl", text_encoder="te1_sdxl", text_encoder_2="te2_sdxl")
