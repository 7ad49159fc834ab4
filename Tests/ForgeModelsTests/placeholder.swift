// Tests of models.

import ForgeModels
